/** One connection of a PostgreSQL pool while somebody has it: named statements, bounded waits, and several statements on the way at once. */
import { hash } from 'node:crypto';
import type { QueryResult } from 'pg';
import type { PostgresPoolClient } from 'kysely';
import { UnavailableError, type UnavailableCode } from '../../../domain/unavailable.ts';
import type { Held } from './host-pool.ts';
import { THEN_COMMIT, WITH_NEXT } from './pipeline.ts';
import { fromPostgres, isUsableAfter, isVerdict } from '../store-error.ts';

/** Hexadecimal digits of a statement's name. */
const NAME_LENGTH = 32;
/** A successful commit that warns: a server that no longer waits for its standby says so in this way. */
const WARNING = /^01/;
const BEGIN = /^(?:begin|start transaction)\b/;

export interface ClientOptions {
  readonly nameOf: (text: string) => string | undefined;
  /** For how long an answer is waited for, in milliseconds; 0: for ever. */
  readonly answerTimeoutMs: number;
  /** Whether statements may travel together (pipeline.ts). */
  readonly pipeline: boolean;
  /** What it means that the server cancelled a statement that took too long. */
  readonly canceled: UnavailableCode;
  /** Called again and again when a commit, or a statement that commits itself, takes longer than `afterMs`. It may wait for a standby. */
  readonly slowCommit?: { readonly afterMs: number; readonly act: () => void } | undefined;
}

/**
 * PostgreSQL plans an unnamed statement on every call; a named one once a connection. A name is made of the text, so that processes
 * which share connections through a pooler mean the same by it.
 */
export function createNames(maxStatements: number): ClientOptions['nameOf'] {
  const names = new Map<string, string>();
  return (text) => {
    if (!names.has(text) && names.size < maxStatements) {
      names.set(text, `stockgate_${hash('sha256', text, 'hex').slice(0, NAME_LENGTH)}`);
    }
    return names.get(text);
  };
}

/** Sends statements, and keeps in mind whether the connection can be used again. */
function createSender({ client, isCurrent }: Held, options: ClientOptions) {
  const { nameOf, answerTimeoutMs, canceled, slowCommit } = options;
  let broken = false;
  const send = async (text: string, values: unknown[] = []): Promise<QueryResult> => {
    try {
      const answer = await client.query({
        name: nameOf(text),
        text,
        values,
        ...(answerTimeoutMs > 0 && { query_timeout: answerTimeoutMs }),
      });
      if (isCurrent()) return answer;
      throw new Error('Another PostgreSQL server takes the writes now, so this answer may be out of date.');
    } catch (error) {
      broken ||= !isUsableAfter(error);
      throw fromPostgres(error, canceled);
    }
  };
  /** Sends a COMMIT, or a statement outside a transaction. */
  const sendFinal = async (text: string, values?: unknown[]): Promise<QueryResult> => {
    let warning: Error | undefined;
    const note = ({ code = '', message }: { code?: string | undefined; message?: string | undefined }) => {
      if (WARNING.test(code))
        warning = Object.assign(new Error(`It is stored, but no standby has confirmed it: ${message}`), {
          code,
        });
    };
    client.on('notice', note);
    const timer = slowCommit && setInterval(slowCommit.act, slowCommit.afterMs);
    try {
      const answer = await send(text, values);
      if (warning !== undefined) throw new UnavailableError('OUTCOME_UNKNOWN', warning);
      return answer;
    } finally {
      clearInterval(timer);
      client.off('notice', note);
    }
  };
  return { send, sendFinal, isBroken: () => broken };
}

/** The answer of the last, once all are there; or the first error among them. */
async function inTurn(
  sent: readonly Promise<QueryResult>[],
  last: Promise<QueryResult>,
): Promise<QueryResult> {
  for (const outcome of await Promise.allSettled([...sent, last])) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  return last;
}

/** The statement's answer, once it is committed. */
async function committed(
  statement: Promise<QueryResult>,
  commit: Promise<QueryResult>,
): Promise<QueryResult> {
  const [answer, outcome] = await Promise.allSettled([statement, commit]);
  // After a statement that the server refused there is nothing to commit. Otherwise it may have heard the commit, or not.
  if (answer.status === 'rejected')
    throw isVerdict(answer.reason) ? answer.reason : unknownOutcome(answer.reason);
  if (outcome.status === 'fulfilled') return answer.value;
  throw outcome.reason instanceof UnavailableError ? unknownOutcome(outcome.reason) : outcome.reason;
}

function unknownOutcome(error: unknown): UnavailableError {
  return new UnavailableError('OUTCOME_UNKNOWN', error instanceof UnavailableError ? error.cause : error);
}

/** Holds back what is written to the connection, so that several statements travel in one packet, and cost one system call. */
function createHold({ client: { connection } }: Held) {
  let isHeld = false;
  return {
    hold() {
      if (isHeld) return;
      isHeld = true;
      connection.stream.cork();
    },
    letGo() {
      if (!isHeld) return;
      isHeld = false;
      connection.stream.uncork();
    },
  };
}

/** A connection that broke, or whose answer never came, is not used again: what it still says would be taken for another's answer. */
export function toKyselyClient(held: Held, options: ClientOptions): PostgresPoolClient {
  const { send, sendFinal, isBroken } = createSender(held, options);
  const { hold, letGo } = createHold(held);
  let ahead: Promise<QueryResult>[] = [];
  let commit: Promise<QueryResult> | undefined;
  let isInTransaction = false;

  const afterAhead = (sent: Promise<QueryResult>) => {
    letGo();
    const answer = inTurn(ahead, sent);
    ahead = [];
    return answer;
  };
  const query = async (text: string, values: unknown[]): Promise<unknown> => {
    // The server undoes what a lost connection began.
    if (text === 'rollback' && (commit || isBroken())) return nothing;
    if (commit && text !== 'commit')
      throw new Error(`The transaction is over; this cannot be a part of it: ${text}`);
    if (text === 'commit') return commit ?? afterAhead(sendFinal('commit'));
    if (options.pipeline && text.startsWith(THEN_COMMIT)) {
      hold();
      const statement = send(text, values);
      commit = sendFinal('commit');
      return committed(afterAhead(statement), commit);
    }
    isInTransaction ||= BEGIN.test(text);
    if (options.pipeline && (text === 'begin' || text.startsWith(WITH_NEXT))) {
      hold();
      const sent = send(text, values);
      // The next statement throws it.
      sent.catch(() => undefined);
      ahead.push(sent);
      return nothing;
    }
    return afterAhead(isInTransaction || !options.slowCommit ? send(text, values) : sendFinal(text, values));
  };
  // Kysely's overload for cursors is never called: no query here streams.
  return {
    query,
    release: (destroy?: boolean) => {
      letGo();
      held.release(isBroken() || destroy === true);
    },
  } as unknown as PostgresPoolClient;
}

const nothing = { command: '', rowCount: 0, rows: [] };
