/** Requests that no door sees: broken framing, an address that cannot be decoded, what HTTP forbids or nobody here does. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toPublicError } from './edge-error.ts';
import { securityHeaders, setSecurityHeaders } from './security-headers.ts';

const MAX_HEADER_BYTES = 16_384;
/** For how long a client that is refused may take to close its end. */
const LINGER_MS = 500;

/** How Node's parser is set. A missing Host it would answer without a word: `answerOddRequests` does it. */
export const httpOptions = { maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false } as const;

/** An address that cannot be decoded, say. */
export function answerUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { status, message } = toPublicError(error, request);
  // Where the address is at fault, no hook has run.
  setSecurityHeaders(reply);
  void reply.code(status).header('x-request-id', request.id).send({ detail: message, message });
}

/** Bytes that are no HTTP request: Node has no request object to answer. */
export function answerBrokenFraming(error: ConnectionError, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const [status, detail] = brokenFraming[error.code ?? ''] ?? [400, 'This is not a valid HTTP request.'];
  endWith(socket, status, detail);
}

const brokenFraming: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [431, `The headers may have at most ${MAX_HEADER_BYTES} bytes.`],
};

/** What Node would answer without a word, and Fastify in words of its own. */
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
    const body = toBody('Of Expect there is 100-continue alone.');
    response.writeHead(417, { ...jsonHeaders(body), Connection: 'close' }).end(body);
  });
}

/** RFC 9112, 3.2: since HTTP/1.1 a request names its host, once. By a second one proxies are led astray. */
function lacksHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  const isHost = (name: string, i: number) => i % 2 === 0 && name.length === 4 && /^host$/i.test(name);
  return httpVersion !== '1.0' && rawHeaders.filter(isHost).length !== 1;
}

function endWith(socket: Duplex, status: number, detail: string): void {
  const body = toBody(detail);
  const headers = Object.entries({ ...jsonHeaders(body), Connection: 'close' });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers.map((header) => header.join(': '))];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // Node has let go of the socket: nobody would notice that the client is gone. What still comes is read, lest the answer be lost.
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
