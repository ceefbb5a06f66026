/** Runs a command of the command line within the test's process, which is quicker than a process of its own. */
import type { Command } from '../../src/cli/command.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A failure is thrown, as it is to main.ts. */
export async function runHere(
  command: Command,
  args: readonly string[],
  stop = new AbortController().signal,
): Promise<Said> {
  let out = '';
  let err = '';
  const code = await command.run(args, {
    env: {},
    clock: () => new Date(),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    interactive: false,
    stop,
  });
  return { code, out, err };
}
