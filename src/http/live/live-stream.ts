/** One live stream: a connection that gets server-sent events (HTML standard, 9.2) until its reader disconnects. */
import type { FastifyReply } from 'fastify';
import { reportFault } from '../edge/edge-error.ts';

/** How long a stream that is cut off may take to send its last bytes, in milliseconds. Then its connection is destroyed. */
const GRACE_MS = 1_000;
/** Tells the reader to reconnect after 1,000 ms (HTML standard, 9.2.6). */
const RECONNECT = 'retry: 1000\n\n';
/** A comment, which readers ignore. It keeps proxies from closing a silent connection. The first one shows that the stream has begun. */
const COMMENT = ':\n\n';

/** Writes server-sent events to one connection, and charges their bytes to its token. */
export class LiveStream {
  readonly #reply: FastifyReply;

  /** Takes the reply over from Fastify and sends the headers, together with those that were set on it. */
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

  /** Whether the connection is still open. */
  get isOpen(): boolean {
    return !this.#reply.raw.destroyed && !this.#reply.raw.closed;
  }

  /** Writes the bytes. Returns false if the reader is behind: the caller then writes nothing more until `whenTaken` calls back. */
  write(events: Uint8Array): boolean {
    this.#reply.request.charge?.after({ answerBytes: events.length });
    return this.#reply.raw.write(events);
  }

  /** Calls `resume` once the reader has taken all bytes; never, if it disconnects first. */
  whenTaken(resume: () => void): void {
    this.#reply.raw.once('drain', resume);
  }

  /** Calls `done` once, when the reader has taken all bytes or has disconnected. */
  whenOver(done: () => void): void {
    const { raw } = this.#reply;
    const over = () => {
      raw.off('drain', over).off('close', over);
      done();
    };
    raw.once('drain', over).once('close', over);
  }

  /** Calls `leave` when the connection closes, for whatever reason. */
  whenClosed(leave: () => void): void {
    this.#reply.raw.once('close', leave);
  }

  /** Sends a comment, so that proxies keep the connection. A reader that is behind gets none: it has bytes to take. */
  keepAlive(): void {
    if (!this.#reply.raw.writableNeedDrain) this.#reply.raw.write(COMMENT);
  }

  /** Ends the stream, and tells the reader that nothing follows. */
  complete(): void {
    this.#reply.raw.end('event: complete\ndata:\n\n');
  }

  /** Ends the stream without an event `complete`, and asks the reader to reconnect. Bytes of the last page may be lost; its cursor is not. */
  cut(): void {
    const { raw } = this.#reply;
    raw.write(RECONNECT, () => raw.destroy());
    setTimeout(() => raw.destroy(), GRACE_MS).unref();
  }

  /** Logs the fault, sends the reader a masked error, and ends the stream. */
  fail(error: unknown): void {
    const message = reportFault(error, this.#reply.request);
    const errors = [{ message, extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
    this.#reply.raw.end(`event: next\ndata: ${JSON.stringify({ errors })}\n\n`);
  }

  /** Destroys the connection at once, and discards what the reader has not taken. */
  drop(): void {
    this.#reply.raw.destroy();
  }
}
