/** What the client throws. A refusal by the rules is no error: methods return it. */
import type { RowResult } from './results.ts';

/**
 * Why a call failed: a code of the gateway, which docs/graphql.md lists, or one of these.
 *
 * - `NO_ANSWER`: the connection failed or broke.
 * - `TIMED_OUT`: no answer came in time.
 * - `ABORTED`: your signal ended the call; `cause` is its reason.
 * - `UNEXPECTED_ANSWER`: something else than a gateway answered, such as a proxy.
 *
 * `CURSOR_AHEAD`: the gateway's store has lost the change of your cursor. `CURSOR_EXPIRED`: changes behind it were taken away, because they are
 * old. Begin without it, and read the SKUs again.
 */
export type FaultCode =
  | 'NO_ANSWER'
  | 'TIMED_OUT'
  | 'ABORTED'
  | 'UNEXPECTED_ANSWER'
  | 'RATE_LIMITED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'AMBIGUOUS_IDENTIFIER'
  | 'CURSOR_AHEAD'
  | 'CURSOR_EXPIRED'
  | 'INTERNAL_SERVER_ERROR'
  | 'STORE_UNAVAILABLE'
  | 'OUTCOME_UNKNOWN'
  | 'QUERY_TIMEOUT'
  | (string & {});

/** More about a fault. */
export interface FaultOptions {
  readonly status?: number | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly requestId?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly mayBeApplied?: boolean | undefined;
  readonly cause?: unknown;
}

/** A fault: there is no answer, or the gateway could not or would not do what was asked. Its name is `AbortError` if you aborted the call. */
export class StockgateError extends Error {
  readonly code: FaultCode;
  /** The status of HTTP; 0 if there is no answer. */
  readonly status: number;
  /** What the gateway tells beside the message, such as `problems` of a malformed input, or `candidates`. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Names the request in the gateway's log. */
  readonly requestId: string | undefined;
  /** The key of the mutation. Call again with the same input and this key: it is applied once. */
  readonly idempotencyKey: string | undefined;
  /** Whether the mutation may have been applied all the same, because an answer was lost. */
  readonly mayBeApplied: boolean;

  constructor(code: FaultCode, message: string, more: FaultOptions = {}) {
    super(message, 'cause' in more ? { cause: more.cause } : undefined);
    this.name = code === 'ABORTED' ? 'AbortError' : 'StockgateError';
    this.code = code;
    this.status = more.status ?? 0;
    this.details = more.details ?? {};
    this.requestId = more.requestId;
    this.idempotencyKey = more.idempotencyKey;
    this.mayBeApplied = more.mayBeApplied ?? false;
  }
}

/**
 * `bulk()` ended in the middle. Rows before `answered` are decided, and `results` has them. Of the rows from there to `sent`
 * nobody knows whether they were applied, unless `mayBeApplied` is false. The rows after them were not sent.
 * Call `bulk()` again with the same rows and this `idempotencyKey` to finish: no row is applied twice.
 */
export class BulkError extends StockgateError {
  readonly results: readonly RowResult[];
  /** The number of rows that were answered. */
  readonly answered: number;
  /** The number of rows that were sent. */
  readonly sent: number;
  /** The groups of the changes that are known. `undo()` takes one. */
  readonly groupIds: readonly string[];

  constructor(
    fault: StockgateError,
    so: { results: readonly RowResult[]; sent: number; groupIds: readonly string[]; idempotencyKey: string },
  ) {
    super(fault.code, `${fault.message} ${so.results.length} rows were answered.`, {
      status: fault.status,
      details: fault.details,
      requestId: fault.requestId,
      mayBeApplied: fault.mayBeApplied,
      idempotencyKey: so.idempotencyKey,
      cause: fault.cause,
    });
    this.results = so.results;
    this.answered = so.results.length;
    this.sent = so.sent;
    this.groupIds = so.groupIds;
  }
}
