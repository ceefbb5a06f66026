/** HTTP as bytes on a socket, for requests that a client library would correct before it sends them. */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** The keys are in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** The whole answer without the headers Date and Server-Timing, which differ each time. */
  readonly text: string;
}

/** The longest silence on a connection before the server counts as hung. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Sends the bytes. Resolves when the server closes the connection, so the request needs `Connection: close`. */
export function sendRaw(origin: string, request: string | Uint8Array): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('The server did not answer.')));
    socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
    // A server that answers before it has read the whole request may reset the connection. The answer still counts.
    socket.on('error', (error) => {
      if (chunks.length === 0) reject(error);
    });
    socket.on('close', () => resolve(parseAnswer(Buffer.concat(chunks))));
    socket.write(request);
  });
}

export interface Connection {
  /** Sends one request. Resolves with the bytes of its answer as text. */
  ask(request: Uint8Array): Promise<string>;
  close(): void;
}

/** Opens a connection for many requests, which need `Connection: keep-alive`. It is cheap: one process can run enough to keep a server busy. */
export async function openConnection(origin: string): Promise<Connection> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('The server did not answer.')));
  await once(socket, 'connect');
  return {
    ask: async (request) => {
      socket.write(request);
      let text = '';
      while (!isWhole(text)) text += String((await once(socket, 'data'))[0]);
      return text;
    },
    close: () => void socket.destroy(),
  };
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = /^content-length: (\d+)/im.exec(text)?.[1];
  return end >= 0 && text.length >= end + 4 + Number(length);
}

/** Builds the bytes of a request. By default it has its Content-Length and `Connection: close`. */
export function rawRequest(
  start: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): Buffer {
  const all = {
    Host: 'localhost',
    Connection: 'close',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${start} HTTP/1.1\r\n${lines.join('')}\r\n`), Buffer.from(body)]);
}

function parseAnswer(bytes: Buffer): RawAnswer {
  const text = bytes.toString().replace(/^(?:date|server-timing): .*\r\n/gim, '');
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(start.split(' ')[1] ?? Number.NaN),
    headers: new Map(headers),
    body: text.slice(end + 4),
    text,
  };
}
