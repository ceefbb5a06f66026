/** Records and reads a program's system calls with strace, in order of time. */
import { readFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { run } from './process.ts';

/** Every system call that can write to a file or a socket, or sync a file to disk. */
const CALLS =
  'fsync,fdatasync,sync_file_range,msync,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg';

/** Returns a `Launch.under` that traces the program into `file`. With -D the program stays the direct child, so signals reach it. */
export const strace = (file: string): string[] =>
  // --seccomp-bpf stops the program only for these calls. -y prints file paths, and -xx prints all bytes in hexadecimal.
  ['strace', '-D', '-f', '--seccomp-bpf', '-y', '-xx', '-s', '4096', '-e', `trace=${CALLS}`, '-o', file];

/** If strace cannot be used, skips the test, or fails it with STOCKGATE_TEST_REQUIRE=all. */
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
  /** The arguments as strace prints them, but with strings decoded: one character for each byte. */
  readonly text: string;
  /** The lines of the trace at which the call began and ended. Lines are in order of time. */
  readonly start: number;
  end: number;
  /** The return value. It is negative if the call failed. */
  result: number;
}

/** Reads the calls in the order in which they began. If the program ended during a call, its `end` is Infinity. */
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
