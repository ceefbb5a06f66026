/** Runs a `stockgate` command within the test's process, which is faster than starting another process. */
import type { Command } from '../../src/cli/command.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Throws what the command throws, as main.ts would get it. */
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
