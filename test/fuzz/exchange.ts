/** Sends one request on a new socket, and parses the answer as strictly as a proxy would. */
import { connect } from 'node:net';

export interface Answer {
  readonly status: number;
  /** The keys are in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface Exchange {
  /** The answers in order. There are several if the bytes contained several requests. */
  readonly answers: readonly Answer[];
  /** What is wrong with the received bytes, or null. */
  readonly malformed: string | null;
  readonly ms: number;
}

/** An exchange that takes longer counts as malformed. */
const TIMEOUT_MS = 10_000;
/** When the client ends a request that it has sent only in part. */
const GIVE_UP_MS = 150;
/** How long the client waits for further bytes if the connection stays open. */
const MORE_MS = 30;

const LONG_BYTES = 262_144;
/** If a request is longer, the server may close the connection before the client has read the answer. */
const MAX_READ_BYTES = 1_048_576;

export function exchange(port: number, request: Buffer): Promise<Exchange> {
  const began = performance.now();
  const isHead = request.subarray(0, 5).toString() === 'HEAD ';
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let isTimedOut = false;
    let isGivenUp = false;
    const socket = connect(port, '127.0.0.1');
    const timer = setTimeout(() => {
      isTimedOut = true;
      socket.destroy();
    }, TIMEOUT_MS);
    const giveUp = setTimeout(() => {
      if (isWhole(request)) return;
      isGivenUp = true;
      socket.end();
    }, GIVE_UP_MS);
    const look = () => {
      const { answers, malformed } = parseAnswers(Buffer.concat(chunks), isHead);
      // Neither a stream nor a kept-alive connection ends by itself, so the client closes it.
      const isStream = chunks.length > 0 && /^content-type: text\/event-stream/im.test(String(chunks[0]));
      if (isStream || (answers.length > 0 && malformed === null)) {
        setTimeout(() => socket.destroy(), MORE_MS).unref();
      }
    };
    let [length, resting] = [0, setTimeout(look, TIMEOUT_MS)];
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      clearTimeout(resting);
      // Parsing costs as much as the answer is long. So a long answer is parsed only when no bytes arrive for a while.
      if (length < LONG_BYTES) look();
      else resting = setTimeout(look, MORE_MS);
    });
    // A server that answers before it has read the whole request may reset the connection. What has arrived counts, if anything.
    socket.on('error', () => {
      isGivenUp ||= request.length > MAX_READ_BYTES;
      socket.destroy();
    });
    socket.on('close', () => {
      clearTimeout(timer);
      clearTimeout(giveUp);
      clearTimeout(resting);
      const bytes = Buffer.concat(chunks);
      const isUnanswered = bytes.length === 0 && isGivenUp;
      const parsed = isUnanswered ? { answers: [], malformed: null } : parseAnswers(bytes, isHead);
      const late = isTimedOut ? 'no whole answer in time' : null;
      resolve({ ...parsed, malformed: late ?? parsed.malformed, ms: performance.now() - began });
    });
    socket.write(request);
  });
}

/** Whether the request is complete. Otherwise the server may wait for the rest. */
function isWhole(request: Buffer): boolean {
  const end = request.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = request.subarray(0, end).toString('latin1');
  if (/^transfer-encoding:/im.test(head)) return request.includes('0\r\n\r\n', end);
  const length = /^content-length: *(\d+) *$/im.exec(head)?.[1];
  return Number(length ?? 0) <= request.length - end - 4;
}

/** Parses consecutive answers. `malformed` says why the bytes are anything else. */
export function parseAnswers(bytes: Buffer, isHead: boolean): Omit<Exchange, 'ms'> {
  const answers: Answer[] = [];
  let rest = bytes;
  while (rest.length > 0 || answers.length === 0) {
    const parsed = parseAnswer(rest, isHead && answers.length === 0);
    if ('malformed' in parsed) return { answers, malformed: parsed.malformed };
    if (parsed.answer.status >= 200) answers.push(parsed.answer);
    if (parsed.answer.headers.get('content-type')?.startsWith('text/event-stream')) break;
    rest = rest.subarray(parsed.length);
  }
  return { answers, malformed: null };
}

type Parsed = { readonly answer: Answer; readonly length: number } | { readonly malformed: string };

function parseAnswer(bytes: Buffer, isHead: boolean): Parsed {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return { malformed: `no head of an answer: ${bytes.length} bytes` };
  const [start = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]*$/.exec(start)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return { malformed: `a strange first line: ${start}` };
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return { malformed: `a strange header: ${line}` };
    headers.set(name.toLowerCase(), value);
  }
  const from = end + 4;
  const none = { answer: { status, headers, body: Buffer.alloc(0) }, length: from };
  // If the framing is broken, the server answers before it knows the method. So even HEAD may get a body.
  const isBare = isHead && (bytes.length === from || bytes.subarray(from, from + 5).toString() === 'HTTP/');
  if (isBare || status < 200 || status === 204 || status === 304) return none;
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(bytes, from, status, headers);
  const length = headers.get('content-length');
  if (length === undefined || !/^\d+$/.test(length)) return { malformed: 'an answer without a length' };
  const body = bytes.subarray(from, from + Number(length));
  if (body.length < Number(length)) return { malformed: `${body.length} of ${length} bytes of a body` };
  return { answer: { status, headers, body }, length: from + body.length };
}

function readChunks(bytes: Buffer, from: number, status: number, headers: Answer['headers']): Parsed {
  const chunks: Buffer[] = [];
  for (let at = from; ;) {
    const end = bytes.indexOf('\r\n', at);
    const size = /^[0-9a-f]+$/i.exec(bytes.subarray(at, Math.max(end, at)).toString('latin1'))?.[0];
    if (headers.get('content-type')?.startsWith('text/event-stream') && size === undefined)
      return { answer: { status, headers, body: Buffer.concat(chunks) }, length: bytes.length };
    if (size === undefined) return { malformed: 'a broken chunk' };
    const length = Number.parseInt(size, 16);
    at = end + 2 + length + 2;
    if (at > bytes.length) return { malformed: 'a chunk cut off' };
    chunks.push(bytes.subarray(end + 2, at - 2));
    if (length === 0) return { answer: { status, headers, body: Buffer.concat(chunks) }, length: at };
  }
}
