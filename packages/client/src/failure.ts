/** What goes wrong with one try of a request, and whether another try may help. */
import { StockgateError, type FaultCode, type FaultOptions } from './errors.ts';
import { unlessAborted } from './waiting.ts';

/** The parsed JSON of an answer. */
export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; extensions?: Record<string, unknown> }[] | undefined;
  /** Of a path that is not GraphQL's. */
  readonly code?: unknown;
  readonly message?: unknown;
}

/** What went wrong with one try. */
export class Failure extends Error {
  readonly code: FaultCode;
  readonly more: FaultOptions;
  /** Whether the same request may succeed later. */
  readonly isTransient: boolean;
  /** Milliseconds that the gateway asks to wait; 0 if it says nothing. */
  readonly retryAfterMs: number;

  constructor(
    code: FaultCode,
    message: string,
    isTransient: boolean,
    more: FaultOptions = {},
    retryAfterMs = 0,
  ) {
    super(message);
    this.code = code;
    this.more = more;
    this.isTransient = isTransient;
    this.retryAfterMs = retryAfterMs;
  }

  toError(more: FaultOptions = {}): StockgateError {
    return new StockgateError(this.code, this.message, { ...this.more, ...more });
  }
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
const TRANSIENT = new Set([408, 429, 502, 503, 504]);
/** Statuses that say nothing of what became of a mutation; 0 is no answer. */
const UNTOLD = new Set([0, 408, 500, 502, 504]);
const UNTOLD_CODES = new Set(['OUTCOME_UNKNOWN', 'UNEXPECTED_ANSWER', 'ANSWER_TOO_LARGE']);

/** The pause before the next try: it doubles each time, and part of it is random, so that clients spread out. */
export function pauseAfter({ retryAfterMs }: Failure, failures: number): number {
  const ms = FIRST_PAUSE_MS * 2 ** (retryAfterMs > 0 ? 0 : failures);
  return retryAfterMs + Math.min(LONGEST_PAUSE_MS, ms) * (0.5 + Math.random() / 2);
}

/** The answer as JSON. Throws a Failure if it is cut off, or is none of a gateway. */
export async function readAnswer(response: Response, signal: AbortSignal): Promise<Answer> {
  let text: string;
  try {
    text = await unlessAborted(signal, response.text());
  } catch (cause) {
    throw lost(signal, cause);
  }
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  try {
    const json: unknown = isJson && JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json;
  } catch (cause) {
    throw lost(signal, cause);
  }
  const { status } = response;
  const message = `Something else than a gateway answered, with the status ${status}. Check the url, and the proxies before the gateway.`;
  throw new Failure('UNEXPECTED_ANSWER', message, TRANSIENT.has(status), { status }, retryAfterOf(response));
}

/** What the answer's first error says, or the answer of another path than GraphQL's. */
export function failureOf(answer: Answer, response: Response): Failure {
  const { status, headers } = response;
  const { message, extensions } = answer.errors?.[0] ?? {
    message: typeof answer.message === 'string' ? answer.message : 'The gateway answered without data.',
    extensions: { code: answer.code },
  };
  const { code = 'UNEXPECTED_ANSWER', ...details } = extensions ?? {};
  const requestId = headers.get('x-request-id') ?? undefined;
  // A read that took too long would take as long again.
  const isTransient = TRANSIENT.has(status) && code !== 'QUERY_TIMEOUT';
  return new Failure(
    String(code),
    message,
    isTransient,
    { status, details, requestId },
    retryAfterOf(response),
  );
}

export function timedOut(ms: number): Failure {
  return new Failure('TIMED_OUT', `No answer came within ${Math.ceil(ms / 1_000)} s.`, true);
}

/** What a rejected wait says: the signal's reason, a Failure as it is, or that the connection (to `origin`, if it is told) failed or broke. */
export function lost(signal: AbortSignal, cause: unknown, origin?: string): unknown {
  if (signal.aborted) return signal.reason;
  if (cause instanceof Failure) return cause;
  return new Failure('NO_ANSWER', `The connection${origin ? ` to ${origin}` : ''} failed or broke.`, true, {
    cause,
  });
}

/** What is no Failure is the reason of the caller's signal, or the caller's own mistake. */
export function toFailure(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return new Failure('ABORTED', 'The call was aborted.', false, { cause: signal.reason });
  if (error instanceof Failure) return error;
  throw error;
}

/** Ends an iteration whose caller has left, before it gives what had arrived. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw toFailure(undefined, signal).toError();
}

/** Whether a mutation may have been applied all the same. */
export function isUntold({ code, more: { status = 0 } }: Failure): boolean {
  return UNTOLD.has(status) || UNTOLD_CODES.has(code);
}

function retryAfterOf({ headers }: Response): number {
  const text = headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Math.max(0, ms || 0);
}
