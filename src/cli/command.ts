/** What a command of the command line is, and how its options are read: flags first, then the environment. */
import { parseArgs } from 'node:util';
import { z } from 'zod';

/** How the program is run in the project's folder. It is on no search path: the package is not published. */
export const PROGRAM = 'npm run stockgate --';

/** What a command may touch of the process. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: () => Date;
  /** Results, for the next program in a pipe. */
  readonly out: (text: string) => void;
  /** Everything said to a person. */
  readonly err: (text: string) => void;
  /** Whether a person watches `err`, so that progress is worth showing. */
  readonly interactive: boolean;
  /** Aborted when the process is asked to stop (SIGINT, SIGTERM). */
  readonly stop: AbortSignal;
}

export interface Command {
  /** The whole help text. */
  readonly help: string;
  /** The exit code: 0 done, 1 failed. Throws a UsageError for 2. */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** The command line cannot be understood; the message says how to mend it. */
export class UsageError extends Error {}

/** An option: a flag `--name VALUE` with an environment variable `STOCKGATE_NAME`. A boolean's flag takes no value. */
export interface Option {
  readonly schema: z.ZodType;
  readonly type?: 'string' | 'boolean';
  /** May be given several times; in the environment the values are separated by commas. */
  readonly multiple?: boolean;
}

type OptionValues<O extends Record<string, Option>> = { [K in keyof O]: z.output<O[K]['schema']> };

/** Reads options and exactly the positionals named. Throws a UsageError that names the flag and what it takes. */
export function readOptions<O extends Record<string, Option>>(
  options: O,
  positionals: readonly string[],
  args: readonly string[],
  env: Io['env'],
): { values: OptionValues<O>; positionals: string[] } {
  const given = parse(options, args);
  if (given.positionals.length !== positionals.length) {
    throw new UsageError(
      positionals.length > 0
        ? `Give exactly: ${positionals.join(' ')}.`
        : `"${given.positionals[0]}" is not expected.`,
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const fromEnv = env[variableOf(name)];
    const raw = given.values[name] ?? (option.multiple ? fromEnv?.split(',') : fromEnv);
    const parsed = option.schema.safeParse(raw);
    if (!parsed.success) {
      throw new UsageError(
        `--${name} (${variableOf(name)}): ${parsed.error.issues[0]?.message ?? 'not valid'}`,
      );
    }
    values[name] = parsed.data;
  }
  // Each option's value came out of its own schema.
  return { values: values as OptionValues<O>, positionals: given.positionals };
}

function variableOf(name: string): string {
  return `STOCKGATE_${name.replaceAll('-', '_').toUpperCase()}`;
}

function parse(options: Record<string, Option>, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type = 'string', multiple = false }]) => [
          name,
          { type, multiple },
        ]),
      ),
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
