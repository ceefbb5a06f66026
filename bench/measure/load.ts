/** The load generator, a separate process. It uses raw sockets and prepared text, so that the server is the limit, not the generator. */
import { connect, type Socket } from 'node:net';
import { shapes, type Request, type Shape } from './requests.ts';

/** What to send. The process gets it as JSON in its first argument. */
export interface Job {
  /** Servers, and the tokens to use there. The connections are divided among them in turn. */
  readonly targets: readonly Target[];
  readonly shape: Shape;
  readonly skus: number;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** The number of the first request. It differs by round, because rounds must not repeat each other's quantities. */
  readonly first: number;
}

export interface Target {
  readonly origin: string;
  readonly authorization: string;
}

/** The result, which the process prints as JSON. Only answers after the warm-up count. */
export interface Load {
  readonly answers: number;
  /** With those during the warm-up, and after the end. */
  readonly allAnswers: number;
  readonly seconds: number;
  /** The number of wrong answers, including those during the warm-up. */
  readonly errors: number;
  readonly firstError: string | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly meanMs: number;
  /** The share of a core that this process used, 0 to 1. Near 1, the generator was the limit. */
  readonly busy: number;
}

/** A server that has not answered by then counts as failed. */
const ANSWER_TIMEOUT_MS = 30_000;
/** The number of large bodies. They are made before the measurement, because making one takes long. */
const PREPARED = 8;
const LARGE_BYTES = 65_536;

interface Message {
  readonly bytes: string;
  readonly expect: readonly string[];
}

const job: Job = JSON.parse(process.argv[2] ?? '{}');
process.stdout.write(JSON.stringify(await run(job)));

async function run({ warmUpMs, durationMs, connections, targets }: Job): Promise<Load> {
  const next = createMessages(job);
  const latenciesMs: number[] = [];
  let allAnswers = 0;
  const failures: string[] = [];
  const start = performance.now() + warmUpMs;
  const end = start + durationMs;
  const wholeMs = warmUpMs + durationMs + ANSWER_TIMEOUT_MS;
  const guard = setTimeout(() => {
    process.stderr.write('The server stopped answering.\n');
    process.exit(1);
  }, wholeMs);
  let cpuAtStart = process.cpuUsage();
  let cpu = cpuAtStart;
  setTimeout(() => (cpuAtStart = process.cpuUsage()), warmUpMs);
  setTimeout(() => (cpu = process.cpuUsage(cpuAtStart)), warmUpMs + durationMs);
  const onAnswer = (sentMs: number, failure: string | null) => {
    const now = performance.now();
    allAnswers += 1;
    if (failure) failures.push(failure);
    else if (now >= start && now < end) latenciesMs.push(now - sentMs);
    // A failure makes the measurement worthless, so the connections stop.
    return now < end && failures.length === 0;
  };
  await Promise.all(
    Array.from({ length: connections }, (_, i) => {
      const target = i % targets.length;
      const { hostname, port } = new URL(targets[target]?.origin ?? '');
      return converse(connect(Number(port), hostname), () => next(target), onAnswer);
    }),
  );
  clearTimeout(guard);
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0;
  return {
    answers: latenciesMs.length,
    allAnswers,
    seconds: durationMs / 1000,
    errors: failures.length,
    firstError: failures[0] ?? null,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    meanMs: latenciesMs.reduce((sum, ms) => sum + ms, 0) / Math.max(1, latenciesMs.length),
    busy: (cpu.user + cpu.system) / 1000 / durationMs,
  };
}

/** Returns a function that makes the next message to a target. */
function createMessages({ targets, shape, skus, first }: Job): (target: number) => Message {
  const { path, request } = shapes[shape];
  const heads = targets.map(
    ({ origin, authorization }) =>
      `POST ${path} HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nContent-Type: application/json\r\nAccept: application/json\r\nAuthorization: ${authorization}\r\n`,
  );
  const write = (target: number, { body, expect }: Request): Message => ({
    // All bodies are ASCII, so their length in characters is their length in bytes.
    bytes: `${heads[target]}Content-Length: ${body.length}\r\n\r\n${body}`,
    expect,
  });
  let n = first;
  if (request(n, skus).body.length < LARGE_BYTES) return (target) => write(target, request(n++, skus));
  const prepared = Array.from({ length: PREPARED }, () => request(n++, skus));
  let turn = 0;
  return (target) => write(target, prepared[turn++ % PREPARED] ?? request(first, skus));
}

/** Sends one request after the other on a connection until `onAnswer` returns false. */
function converse(
  socket: Socket,
  next: () => Message,
  onAnswer: (sentMs: number, failure: string | null) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    let message = next();
    let sentMs = 0;
    let pending: Buffer | null = null;
    let done = false;
    const finish = () => {
      done = true;
      socket.destroy();
      resolve();
    };
    const send = () => {
      message = next();
      sentMs = performance.now();
      socket.write(message.bytes, 'latin1');
    };
    const fail = (reason: string) => {
      if (!done) onAnswer(sentMs, reason);
      finish();
    };
    socket.setNoDelay(true);
    socket.on('connect', send);
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('The server closed the connection.'));
    socket.on('data', (chunk: Buffer) => {
      const bytes: Buffer = pending ? Buffer.concat([pending, chunk]) : chunk;
      if (!isWhole(bytes)) {
        pending = bytes;
        return;
      }
      pending = null;
      if (onAnswer(sentMs, judge(bytes, message))) send();
      else finish();
    });
  });
}

/** Whether the answer is complete. Requests are not pipelined, so the bytes belong to one answer. */
function isWhole(bytes: Buffer): boolean {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= headEnd + 4 + Number(length);
  return bytes.toString('latin1', bytes.length - 5) === '0\r\n\r\n';
}

/** Returns the beginning of a wrong answer, or null if the answer is right. */
function judge(bytes: Buffer, { expect }: Message): string | null {
  const ok = bytes.toString('latin1', 9, 12) === '200';
  const right = ok && expect.every((part) => bytes.includes(part, 0, 'latin1'));
  return right ? null : bytes.toString('utf8', 0, 1_000);
}
