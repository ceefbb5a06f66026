/** The list of commands, and how one of them runs. Each is loaded only when it is called, so that a command starts fast. */
import { hideSecrets } from '../db/driver/database-url.ts';
import { UnavailableError } from '../domain/unavailable.ts';
import { PROGRAM, UsageError, type Command, type Io } from './options/command.ts';

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const commands: Readonly<Record<string, Entry>> = {
  serve: {
    summary: 'Serve GraphQL and the legacy REST path',
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  supplier: {
    summary: 'Create, list, rename and delete suppliers',
    load: async () => (await import('./supplier.ts')).supplierCommand,
  },
  token: {
    summary: 'Create, list, rotate and revoke tokens',
    load: async () => (await import('./token.ts')).tokenCommand,
  },
  import: {
    summary: 'Import a catalog or an inventory from a file',
    load: async () => (await import('./feed/import.ts')).importCommand,
  },
  export: {
    summary: 'Export an inventory to a CSV file',
    load: async () => (await import('./feed/export.ts')).exportCommand,
  },
  watch: {
    summary: 'Take in inventory files that are dropped in a folder',
    load: async () => (await import('./feed/watch.ts')).watchCommand,
  },
  webhook: {
    summary: 'Manage the endpoints that are told of changes',
    load: async () => (await import('./webhook.ts')).webhookCommand,
  },
  sku: {
    summary: 'Delete single SKUs',
    load: async () => (await import('./sku.ts')).skuCommand,
  },
  migrate: {
    summary: 'Bring the database to the present schema',
    load: async () => (await import('./upkeep/migrate.ts')).migrateCommand,
  },
  backup: {
    summary: 'Save a SQLite store to a file, while it is in use',
    load: async () => (await import('./upkeep/backup.ts')).backupCommand,
  },
  archive: {
    summary: 'Write changes to compressed files, before they are taken away',
    load: async () => (await import('./upkeep/archive.ts')).archiveCommand,
  },
  check: {
    summary: 'Check that all that is stored fits together',
    load: async () => (await import('./upkeep/check.ts')).checkCommand,
  },
  prune: {
    summary: 'Take old changes away, to keep a store small',
    load: async () => (await import('./upkeep/prune.ts')).pruneCommand,
  },
  copy: {
    summary: 'Copy a store into an empty one, as from SQLite to PostgreSQL',
    load: async () => (await import('./upkeep/copy.ts')).copyCommand,
  },
  schema: {
    summary: 'Print the GraphQL schema',
    load: async () => (await import('./schema.ts')).schemaCommand,
  },
  version: {
    summary: 'Print the version, as --version does',
    load: async () => (await import('./version.ts')).versionCommand,
  },
};

/** Runs the command that the arguments name. Reports what it throws, without secrets. Resolves to the exit code. */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  const [given, ...rest] = args;
  const name = given === '--version' ? 'version' : given;
  if (name === undefined || name === 'help' || name.startsWith('-')) {
    io.out(helpText());
    return name === undefined ? 2 : 0;
  }
  try {
    const command = await findCommand(name);
    if (rest.includes('--help') || rest.includes('-h')) {
      io.out(command.help);
      return 0;
    }
    return await command.run(rest, io);
  } catch (error) {
    const say = (line: string) => io.err(`${hideSecrets(line, [...args, ...settingsIn(io.env)])}\n`);
    say(`stockgate: ${describe(error)}`);
    if (!(error instanceof UsageError)) return 1;
    say(`See: ${PROGRAM} ${isCommand(name) ? `${name} ` : ''}--help`);
    return 2;
  }
}

/** Settings from the environment. The password of a URL may be among them. */
function settingsIn(env: Io['env']): string[] {
  return Object.entries(env).flatMap(([name, value = '']) => (/^STOCKGATE_/.test(name) ? [value] : []));
}

/** Describes the cause, because it tells a person who runs a command more than the text for clients. */
function describe(error: unknown): string {
  if (error instanceof UnavailableError && error.cause !== undefined) return describe(error.cause);
  if (!(error instanceof Error)) return String(error);
  const isPortTaken = 'code' in error && error.code === 'EADDRINUSE';
  return isPortTaken
    ? `${error.message}: another program listens there. Choose another port with --port, or with --metrics if it is that one.`
    : error.message;
}

/** Whether there is a command of this name. */
function isCommand(name: string): boolean {
  return Object.hasOwn(commands, name);
}

/** Loads the command of this name. Rejects with a UsageError that lists all commands if there is none. */
async function findCommand(name: string): Promise<Command> {
  const entry = isCommand(name) ? commands[name] : undefined;
  if (!entry)
    throw new UsageError(`"${name}" is no command; there are: ${Object.keys(commands).join(', ')}.`);
  return entry.load();
}

/** The help of the program: all commands, and what they have in common. */
function helpText(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  return `Stockgate updates SKU inventory through GraphQL and REST.

Usage: ${PROGRAM} COMMAND [OPTIONS]

${lines.join('\n')}

Each command explains itself: ${PROGRAM} COMMAND --help
Every flag can be given as an environment variable: --log-level is STOCKGATE_LOG_LEVEL.
What npm prints first is left out by: npm run --silent stockgate -- COMMAND
Exit codes: 0 done, 1 failed, 2 the command line cannot be understood.
`;
}
