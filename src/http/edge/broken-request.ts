/** Answers requests that reach no door: broken framing, an undecodable URL, and HTTP features that the gateway does not support. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toPublicError } from './edge-error.ts';
import { securityHeaders, setSecurityHeaders } from './security-headers.ts';
import { mayBeSlow } from '../fair/slow-body.ts';

const MAX_HEADER_BYTES = 16_384;
/** Milliseconds that a refused client has to close its end. */
const LINGER_MS = 500;

/** Settings of Node's HTTP parser. Node answers a missing Host with an empty body, so `answerOddRequests` does it instead. */
export const httpOptions = { maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false } as const;

/** Answers a request that Fastify cannot route, such as one whose URL cannot be decoded. */
export function answerUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { status, message } = toPublicError(error, request);
  // No hook has run if the URL is at fault.
  setSecurityHeaders(reply);
  void reply.code(status).header('x-request-id', request.id).send({ detail: message, message });
}

/** Answers bytes that are no HTTP request. Node has no request object for them, so this writes to the socket. */
export function answerBrokenFraming(error: ConnectionError, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  // Node says so once for each request, and leaves the connection to us.
  if (error.code === REQUEST_TIMEOUT && mayBeSlow(socket)) return;
  const [status, detail] = brokenFraming[error.code ?? ''] ?? [400, 'This is not a valid HTTP request.'];
  endWith(socket, status, detail);
}

const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';
const brokenFraming: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  [REQUEST_TIMEOUT]: [408, 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [431, `The headers may have at most ${MAX_HEADER_BYTES} bytes.`],
};

/** Answers, in this project's form, requests that Node would answer with an empty body and Fastify in its own form. */
export function answerOddRequests(server: FastifyInstance): void {
  server.setErrorHandler(answerUnreadable);
  server.addHook('onRequest', (request, reply, done) => {
    if (!lacksHost(request.raw)) return done();
    const detail = 'A request must have one Host header.';
    void reply.code(400).send({ detail, message: detail });
  });
  server.server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    endWith(socket, 405, 'Method "CONNECT" not allowed.');
  });
  server.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const body = toBody('The only supported Expect value is 100-continue.');
    response.writeHead(417, { ...jsonHeaders(body), Connection: 'close' }).end(body);
  });
}

/** RFC 9112, 3.2: a request of HTTP/1.1 has exactly one Host. Proxies disagree on which of two counts. */
function lacksHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  if (httpVersion === '1.0') return false;
  let hosts = 0;
  // Names stand at even places, and values at odd ones.
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts !== 1;
}

function endWith(socket: Duplex, status: number, detail: string): void {
  const body = toBody(detail);
  const headers = Object.entries({ ...jsonHeaders(body), Connection: 'close' });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers.map((header) => header.join(': '))];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // Node no longer watches this socket. Read what still arrives: closing with unread bytes would reset the connection and lose the answer.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
}

function toBody(detail: string): string {
  return JSON.stringify({ detail, message: detail });
}

function jsonHeaders(body: string) {
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...securityHeaders,
  };
}
