/** What a program asked of the system, in the order of time, as strace writes it down. */
import { readFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { run } from './process.ts';

/** All that can write to a file or a socket, or bring a file to the disk. Texts whole, in hexadecimal; and the path of each file. */
const CALLS =
  'fsync,fdatasync,sync_file_range,msync,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg';

/** What to start a program under, so that it stays the child of who started it; `file` is written as it goes on. */
export const strace = (file: string): string[] =>
  // --seccomp-bpf stops it for these calls alone.
  ['strace', '-D', '-f', '--seccomp-bpf', '-y', '-xx', '-s', '4096', '-e', `trace=${CALLS}`, '-o', file];

/** Skips a test where nothing can be traced, or fails it where everything is required. */
export async function skipWithoutTrace(context: TestContext): Promise<void> {
  const reason = await whyNoTrace();
  if (reason === undefined) return;
  if (process.env['STOCKGATE_TEST_REQUIRE'] === 'all') throw new Error(reason);
  context.skip(reason);
}

async function whyNoTrace(): Promise<string | undefined> {
  try {
    const { code, stderr } = await run('strace', ['-f', '--seccomp-bpf', '-o', '/dev/null', 'true']);
    return code === 0 ? undefined : `strace may not trace here: ${stderr.trim()}`;
  } catch {
    return 'strace is not installed';
  }
}

export interface SystemCall {
  readonly name: string;
  /** Its arguments as strace prints them, the texts among them as they are, a character a byte. */
  readonly text: string;
  /** When it began and was done: numbers of lines, for these are in the order of time. */
  readonly start: number;
  end: number;
  /** What it returned; negative where it failed. */
  result: number;
}

/** In the order of their beginnings. What was cut short by the program's end never ends. */
export function readTrace(file: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const underWay = new Map<string, SystemCall>();
  readFileSync(file, 'latin1')
    .split('\n')
    .forEach((line, i) => {
      const [, thread = '', resumed, name = '', text = ''] =
        /^(\d+) +(<\.\.\. )?(\w+)(?: resumed>|\()(.*)$/.exec(line) ?? [];
      const started = underWay.get(thread);
      const result = Number(/ = (-?\d+)[^=]*$/.exec(line)?.[1] ?? NaN);
      if (resumed && started) Object.assign(started, { end: i, result });
      if (name === '' || resumed) return;
      const isCutShort = line.endsWith('<unfinished ...>');
      const call = { name, text: decode(text), start: i, end: isCutShort ? Infinity : i, result };
      calls.push(call);
      if (isCutShort) underWay.set(thread, call);
    });
  return calls;
}

function decode(text: string): string {
  return text.replaceAll(/(?:\\x[0-9a-f]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('\\x', ''), 'hex').toString('latin1'),
  );
}
