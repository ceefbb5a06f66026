/** Follows changes over one connection after another. */
import { cursorQuery, liveSubscription } from './documents.ts';
import type { StockgateError } from './errors.ts';
import { graphqlRequest, readData } from './graphql.ts';
import type { StoredChangeEvent } from './results.ts';
import type { CursorData, InventoryChangeFilterInput } from './schema-types.ts';
import {
  Failure,
  failureOf,
  lost,
  pauseAfter,
  readAnswer,
  throwIfAborted,
  timedOut,
  toFailure,
  type Answer,
} from './failure.ts';
import type { Transport } from './transport.ts';
import { later, pause, tiedTo, unlessAborted } from './waiting.ts';

export type LiveStatus =
  | {
      /** The gateway has begun to send what comes after the cursor. */
      readonly state: 'live';
      readonly cursor: string;
    }
  | {
      /** The connection was lost. The next try begins in `retryInMs`, after the cursor; undefined before the first connection. */
      readonly state: 'resuming';
      readonly cursor: string | undefined;
      readonly error: StockgateError;
      readonly retryInMs: number;
    };

export interface LiveOptions {
  /** The cursor of the last change that you have. Without it, only changes from now on come. */
  readonly after?: string | undefined;
  readonly filter?: InventoryChangeFilterInput | undefined;
  /** Ends the iteration at once, with an error whose code is `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** How long the connection may be silent until it counts as dead, in milliseconds (default 30,000). The gateway gives a sign every 12 s. */
  readonly silenceMs?: number | undefined;
  /** Called each time the connection is there, and each time it was lost. */
  readonly onStatus?: ((status: LiveStatus) => void) | undefined;
}

/** A connection that lasted so long was a good one: the next try comes soon. In milliseconds. */
const GOOD_MS = 5_000;
/** With these codes an answer of the status 200 is a fault of the moment. */
const PASSING = new Set(['INTERNAL_SERVER_ERROR', 'OVERLOADED', 'STORE_UNAVAILABLE', 'QUERY_TIMEOUT']);

/**
 * Every change after the cursor, in order, each once: the stream is resumed after the last change that was taken. Only one piece
 * of what arrived is held. While you do not ask for the next change, nothing is read.
 */
export async function* follow(
  transport: Transport,
  { after, filter, silenceMs = 30_000, onStatus }: LiveOptions,
  signal: AbortSignal,
): AsyncGenerator<StoredChangeEvent, void, undefined> {
  let cursor = after;
  for (let failures = 0; ; failures++) {
    let openedAt = Infinity;
    try {
      // Without a cursor, what changes until the second connection would be lost.
      cursor ??= ((await transport.attempt(graphqlRequest(cursorQuery), signal, readData)) as CursorData)
        .result;
      const events = connect(transport, { after: cursor, filter }, silenceMs, signal);
      // The first event is empty: it says that the stream has begun.
      for await (const event of events) {
        throwIfAborted(signal);
        if (event) {
          failures = 0;
          ({ cursor } = event);
          yield event;
        } else {
          openedAt = performance.now();
          onStatus?.({ state: 'live', cursor });
        }
      }
      throw new Failure('NO_ANSWER', 'The stream ended.', true);
    } catch (error) {
      const failure = toFailure(error, signal);
      if (!failure.isTransient) throw failure.toError();
      if (performance.now() - openedAt > GOOD_MS) failures = 0;
      const retryInMs = pauseAfter(failure, failures);
      onStatus?.({ state: 'resuming', cursor, error: failure.toError(), retryInMs });
      await pause(retryInMs, signal).catch(() => undefined);
    }
  }
}

/** The events of one connection, after a null once it is there. */
async function* connect(transport: Transport, variables: object, silenceMs: number, signal: AbortSignal) {
  const { own, free } = tiedTo(signal);
  const { headers, ...request } = graphqlRequest(liveSubscription, variables);
  /** Waits for a sign of life. Without one the connection is ended. */
  const watched = async <T>(sign: Promise<T>): Promise<T> => {
    const timer = later(silenceMs, () => own.abort(timedOut(silenceMs)));
    try {
      return await unlessAborted(own.signal, sign);
    } catch (cause) {
      throw lost(own.signal, cause);
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    const asked = transport.open(
      { ...request, headers: { ...headers, accept: 'text/event-stream' } },
      own.signal,
    );
    const response = await watched(asked);
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream'))
      throw failed(await watched(readAnswer(response, own.signal)), response);
    yield null;
    const reader = response.body.getReader();
    yield* eventsIn(response, () => watched(reader.read()));
  } finally {
    // Ends the connection, for whatever reason it is left.
    own.abort();
    free();
  }
}

/** Reads a further piece once all events of the one before are taken. */
async function* eventsIn(
  response: Response,
  read: () => Promise<{ readonly value?: Uint8Array | undefined; readonly done: boolean }>,
) {
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await read();
    // An event without its end is lost with the connection, and comes again.
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split(/\r?\n\r?\n/);
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = readEvent(block, response);
      if (event) yield event;
    }
  }
}

/** Undefined for a comment, and for the event that ends a stream. Throws a Failure if the event holds errors. */
function readEvent(block: string, response: Response): StoredChangeEvent | undefined {
  const lines = block.split('\n').filter((line) => line.startsWith('data:'));
  const text = lines.map((line) => line.slice('data:'.length)).join('\n');
  if (text.trim() === '') return undefined;
  const answer = JSON.parse(text) as Answer;
  if (answer.errors) throw failed(answer, response);
  return (answer.data as { result: StoredChangeEvent }).result;
}

function failed(answer: Answer, response: Response): Failure {
  const { code, message, more, isTransient, retryAfterMs } = failureOf(answer, response);
  return new Failure(code, message, isTransient || PASSING.has(code), more, retryAfterMs);
}
