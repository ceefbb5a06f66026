/** One live stream: a connection that is written server-sent events (HTML, 9.2) until its reader leaves. */
import type { FastifyReply } from 'fastify';
import { reportFault } from '../edge/edge-error.ts';

/** For how long a stream may take to end when the server closes, in milliseconds. */
const GRACE_MS = 1_000;
/** Tells a reader that is cut off to come back, in milliseconds (HTML, 9.2.6). */
const RECONNECT = 'retry: 1000\n\n';
/** Keeps the connection open through proxies; the first one tells the reader that it follows. */
const COMMENT = ':\n\n';

export class LiveStream {
  readonly #reply: FastifyReply;

  /** Sends the headers. */
  constructor(reply: FastifyReply) {
    this.#reply = reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'content-encoding': 'none',
      connection: 'keep-alive',
    });
    reply.raw.write(COMMENT);
  }

  get isOpen(): boolean {
    return !this.#reply.raw.destroyed && !this.#reply.raw.closed;
  }

  /** False once its reader is behind: nothing more is to be written before `whenTaken`. */
  write(events: Uint8Array): boolean {
    this.#reply.request.charge?.after({ answerBytes: events.length });
    return this.#reply.raw.write(events);
  }

  /** Calls back once the reader has taken what was written; never, if it leaves. */
  whenTaken(resume: () => void): void {
    this.#reply.raw.once('drain', resume);
  }

  /** Calls back once the reader has taken what was written, or has left. */
  whenOver(done: () => void): void {
    const { raw } = this.#reply;
    const over = () => {
      raw.off('drain', over).off('close', over);
      done();
    };
    raw.once('drain', over).once('close', over);
  }

  whenClosed(leave: () => void): void {
    this.#reply.raw.once('close', leave);
  }

  keepAlive(): void {
    if (!this.#reply.raw.writableNeedDrain) this.#reply.raw.write(COMMENT);
  }

  /** Ends it without completing it, so that its reader comes back. */
  cut(): void {
    const { raw } = this.#reply;
    raw.write(RECONNECT, () => raw.destroy());
    setTimeout(() => raw.destroy(), GRACE_MS).unref();
  }

  /** Tells its reader of a fault on our side, and ends it. */
  fail(error: unknown): void {
    const message = reportFault(error, this.#reply.request);
    const errors = [{ message, extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
    this.#reply.raw.end(`event: next\ndata: ${JSON.stringify({ errors })}\n\n`);
  }

  /** Ends it at once. */
  drop(): void {
    this.#reply.raw.destroy();
  }
}
