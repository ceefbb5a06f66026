/** Sends requests to the gateway: once, or again until there is an answer. */
import { isUntold, lost, pauseAfter, readAnswer, timedOut, toFailure, type Answer } from './failure.ts';
import { later, pause, tiedTo, unlessAborted } from './waiting.ts';

export interface ClientOptions {
  /** The gateway's address, such as `https://stock.example.com`. */
  readonly url: string;
  /** A token with `view_items`, and for mutations `edit_items`; or a function that gives the one to use now. */
  readonly token: string | (() => string | Promise<string>);
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long one try may take, in milliseconds (default 20,000). Large bodies get more: 10 ms for each kB. */
  readonly timeoutMs?: number | undefined;
  /** How long a request may take with all its tries, in milliseconds (default 60,000). Large bodies get more, as above. */
  readonly deadlineMs?: number | undefined;
}

export interface CallOptions {
  /** Ends the call at once. */
  readonly signal?: AbortSignal | undefined;
  /** Replaces the client's. */
  readonly deadlineMs?: number | undefined;
}

export interface Outgoing {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Blob | undefined;
  /** Of a mutation: the key under which all tries are one. */
  readonly idempotencyKey?: string | undefined;
}

const MS_PER_BYTE = 0.01;

export class Transport {
  readonly #options: ClientOptions;
  readonly #base: string;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#base = toBase(options.url);
    if (typeof options.token === 'string') checkToken(options.token);
  }

  /** Resolves when the answer begins. Throws a Failure if none does. */
  async open({ path, method, headers, body }: Outgoing, signal: AbortSignal): Promise<Response> {
    const { token, fetch = globalThis.fetch } = this.#options;
    const good = checkToken(typeof token === 'function' ? await unlessAborted(signal, ask(token)) : token);
    const init = {
      method,
      headers: { ...headers, authorization: `Bearer ${good}` },
      body: body ?? null,
      signal,
    };
    try {
      // A redirect would make a GET of a POST, or send the token elsewhere.
      return await unlessAborted(signal, fetch(this.#base + path, { ...init, redirect: 'manual' }));
    } catch (cause) {
      throw lost(signal, cause, new URL(this.#base).origin);
    }
  }

  /** Resolves with what `read` makes of the answer. Throws a StockgateError once no further try may help, or fits into the deadline. */
  async send<T>(
    outgoing: Outgoing,
    { signal, deadlineMs = this.#options.deadlineMs ?? 60_000 }: CallOptions,
    read: (answer: Answer, response: Response) => T,
  ): Promise<T> {
    const end = performance.now() + deadlineMs + extraMsFor(outgoing);
    const { own: call, free } = tiedTo(signal);
    const { idempotencyKey } = outgoing;
    let mayBeApplied = false;
    try {
      for (let failures = 0; ; failures++) {
        const isOver = call.signal.aborted;
        try {
          return await this.attempt(outgoing, call.signal, read, end - performance.now());
        } catch (error) {
          const failure = toFailure(error, call.signal);
          if (!isOver && idempotencyKey !== undefined) mayBeApplied ||= isUntold(failure);
          const waitMs = pauseAfter(failure, failures);
          if (!failure.isTransient || performance.now() + waitMs >= end)
            throw failure.toError({ idempotencyKey, mayBeApplied });
          // If the call is aborted meanwhile, the next try says so.
          await pause(waitMs, call.signal).catch(() => undefined);
        }
      }
    } finally {
      free();
    }
  }

  /** Sends a request once, and reads its answer. Throws a Failure unless there is one. */
  async attempt<T>(
    outgoing: Outgoing,
    signal: AbortSignal,
    read: (answer: Answer, response: Response) => T,
    mostMs = Infinity,
  ): Promise<T> {
    const { own, free } = tiedTo(signal);
    const patienceMs = Math.min(mostMs, (this.#options.timeoutMs ?? 20_000) + extraMsFor(outgoing));
    const timer = later(patienceMs, () => own.abort(timedOut(patienceMs)));
    try {
      const response = await this.open(outgoing, own.signal);
      return read(await readAnswer(response, own.signal), response);
    } finally {
      clearTimeout(timer);
      free();
    }
  }
}

/** What a large body gets beyond the usual time. */
function extraMsFor({ body }: Outgoing): number {
  return MS_PER_BYTE * (typeof body === 'object' ? body.size : (body?.length ?? 0));
}

const ask = async (token: () => string | Promise<string>) => token();

/** Errors of `fetch` quote a bad header. A token must never be in a message. */
function checkToken(token: string): string {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new TypeError('The token is empty, or has characters that no token has.');
}

/** In a page, an address may be relative to the page's. */
function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url, (globalThis as { location?: { href: string } }).location?.href);
  } catch {
    return undefined;
  }
}

function toBase(url: string): string {
  const parsed = parseUrl(url);
  // Without a scheme, `localhost:4000` is a URL too, whose scheme is `localhost:`.
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new TypeError('createClient: url must be an address such as https://stock.example.com');
  const { href, username, password } = parsed;
  if (username || password) throw new TypeError('The url has a name or a password. Give a token.');
  return href.replace(/[?#].*$/, '').replace(/(?:\/graphql)?\/*$/, '');
}
