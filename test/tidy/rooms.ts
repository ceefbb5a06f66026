/** The rooms of `src`: what lives in each, and which rooms and packages its files may import. docs/design.md shows the same table. */
import { posix } from 'node:path';
import { importsOf, type Rule, type SourceFile } from './rules.ts';

interface Room {
  /** The folder below `src`; its own files alone, not those of the folders in it. */
  readonly path: string;
  readonly holds: string;
  /** Rooms below it that its files may import. */
  readonly uses: readonly string[];
}

const room = (path: string, holds: string, ...uses: string[]): Room => ({ path, holds, uses });

/** From the lowest floor up: a room imports only rooms that stand above it in this list. */
export const rooms: readonly Room[] = [
  room('domain', 'The vocabulary, the contracts and every rule.'),
  room('domain/webhook', 'Webhook endpoints: their contract, and when a message is sent again.', 'domain'),
  room('feed', 'What all files share: rows, findings, numbers in words.'),
  room('feed/csv', 'CSV, read as a stream of rows, and written.', 'feed'),
  room('feed/xlsx', 'XLSX workbooks, read as a stream of rows.', 'feed'),
  room('feed/catalog', 'A catalog file, handed to the catalog row by row.', 'domain', 'feed', 'feed/csv'),
  room(
    'feed/inventory',
    'An inventory file: judged, applied as one group, exported; imports undone.',
    ...['domain', 'feed', 'feed/csv', 'feed/xlsx'],
  ),
  room(
    'webhook',
    'Webhook messages: composed, signed, and delivered one at a time.',
    'domain',
    'domain/webhook',
  ),
  room('webhook/http', 'Sends a message over HTTP.', 'domain/webhook', 'webhook'),
  room(
    'db/driver',
    'What SQLite and PostgreSQL need beneath Kysely: logs, disks, connections, errors.',
    'domain',
  ),
  room(
    'db/driver/postgres',
    "PostgreSQL's servers and connections: which one takes the writes, and what travels there.",
    'domain',
    'db/driver',
  ),
  room('db/migrations', 'The migrations: they make the tables, and bring old stores up to date.'),
  room('db/partition', "PostgreSQL's partitions of changes and keys: made ahead, and taken away whole."),
  room(
    'db/store',
    'An open store: tables, transactions, set statements.',
    ...['domain', 'domain/webhook', 'db/driver', 'db/driver/postgres', 'db/migrations', 'db/partition'],
  ),
  room('db/sku', 'Finds and lists SKUs.', 'domain', 'db/store'),
  room('db/change', 'Writes and reads rows of the log of changes.', 'domain', 'db/store'),
  room('db/answer', 'Requests and answers as compact text, for threads and for idempotency keys.', 'domain'),
  room(
    'db/update',
    'Applies requests in a transaction: keys, rows, save.',
    ...['domain', 'db/driver', 'db/driver/postgres', 'db/partition', 'db/store', 'db/sku', 'db/change'],
    'db/answer',
  ),
  room(
    'db/webhook',
    'Webhook endpoints: what is asked of them, and how far they have come.',
    'domain/webhook',
    'webhook',
    'db/driver',
    'db/store',
  ),
  room(
    'db/catalog',
    'Saves catalogs, and deletes SKUs and suppliers.',
    'domain',
    'db/store',
    'db/sku',
    'db/update',
    'db/webhook',
  ),
  room(
    'db/history',
    'What goes from a store: old changes, and the room that nothing uses any more.',
    ...['db/partition', 'db/store', 'db/change'],
  ),
  room('db/access', "Writes sessions of the board, and tokens' last uses.", 'db/store'),
  room('db/queue', 'The queue of writes: admission, turns, group commit, and its pace.', 'domain'),
  room(
    'db/commit',
    'The thread that writes, its callers, and what is told of commits.',
    ...[
      'domain',
      'db/queue',
      'db/driver',
      'db/partition',
      'db/store',
      'db/answer',
      'db/update',
      'db/catalog',
    ],
    ...['db/access', 'db/webhook', 'db/history'],
  ),
  room(
    'db/archive',
    'Writes changes to compressed files, and reads such files.',
    ...['domain', 'webhook', 'db/driver', 'db/store', 'db/change', 'db/history'],
  ),
  room('db/feed', 'Handed-in files: queued, and their progress.', 'domain', 'db/store'),
  room(
    'db/upkeep',
    'Backup, check and copy of a whole store, and what its settings mean.',
    ...['domain', 'db/driver', 'db/partition', 'db/store', 'db/update'],
  ),
  room(
    'db',
    'The contracts of the domain on a store: inventory, catalog, suppliers, tokens and sessions.',
    ...[
      'domain',
      'db/driver',
      'db/store',
      'db/sku',
      'db/change',
      'db/update',
      'db/access',
      'db/webhook',
      'db/history',
      'db/queue',
      'db/commit',
    ],
  ),
  room('schema/builder', 'The schema builder, the context of a request, pages.', 'domain', 'domain/webhook'),
  room('schema/sku', 'SKUs, and how a caller names one.', 'domain', 'schema/builder'),
  room('schema/change', 'Changes, and the subscription to them.', 'domain', 'schema/builder', 'schema/sku'),
  room(
    'schema/update',
    'The mutations, their options and their payloads.',
    ...['domain', 'schema/builder', 'schema/sku', 'schema/change'],
  ),
  room(
    'schema/feed',
    'Handed-in files, also those behind changes, and the subscription to one.',
    ...['domain', 'schema/builder', 'schema/change'],
  ),
  room(
    'schema/webhook',
    'Webhook endpoints, and the mutations that manage them.',
    ...['domain', 'domain/webhook', 'schema/builder', 'schema/change'],
  ),
  room(
    'schema',
    'Loads the parts of the schema, and builds it; the viewer.',
    ...['schema/builder', 'schema/sku', 'schema/change', 'schema/update', 'schema/feed', 'schema/webhook'],
  ),
  room('http/shared', 'What the HTTP threads of a process count together, in memory that they share.'),
  room(
    'http/fair',
    'Fair shares: rates, turns, connections and bytes for each supplier.',
    'domain',
    'http/shared',
  ),
  room('http/counted', 'Counts files and webhooks for Prometheus.', 'domain', 'domain/webhook'),
  room(
    'http/edge',
    'What every request passes: tokens, headers, errors, log, metrics, probes.',
    'domain',
    'http/fair',
    'http/counted',
  ),
  room(
    'http/body',
    'Reads bodies in bounded pieces, and measures their JSON.',
    'domain',
    'http/fair',
    'http/edge',
  ),
  room(
    'http/graphql/compiled',
    'Operations as functions from variables to JSON text.',
    'schema/builder',
    'schema',
  ),
  room(
    'http/graphql',
    'Prepares and executes GraphQL operations; GraphiQL.',
    ...['domain', 'schema/builder', 'schema', 'http/edge', 'http/graphql/compiled'],
  ),
  room('http/legacy/drf', 'Values, JSON and messages as Django REST framework 3.14 has them.', 'domain'),
  room(
    'http/legacy',
    'The legacy contract: its fields, answers and headers.',
    ...['domain', 'schema/builder', 'schema/sku', 'http/edge', 'http/graphql', 'http/legacy/drf'],
  ),
  room(
    'http/heavy',
    'Request threads: requests that take long to read, to run or to write.',
    ...[
      'domain',
      'feed/inventory',
      'schema/builder',
      'http/fair',
      'http/edge',
      'http/graphql',
      'http/legacy',
    ],
  ),
  room(
    'http/live',
    'Live streams over server-sent events.',
    'domain',
    'http/shared',
    'http/fair',
    'http/edge',
    'http/heavy',
  ),
  room(
    'http/feed',
    'Files over HTTP: the door, the spool, and exports.',
    ...['domain', 'feed/inventory', 'schema/builder', 'schema/sku', 'http/shared', 'http/fair', 'http/edge'],
    'http/heavy',
  ),
  room(
    'http/openapi',
    'The OpenAPI document of the legacy paths, the files and the probes.',
    ...['domain', 'http/legacy/drf', 'http/legacy', 'http/feed'],
  ),
  room('http/docs', 'The page of all operations, for people.', ...['schema', 'http/openapi']),
  room(
    'http/door',
    'The two doors: the routes of GraphQL and of the legacy paths.',
    ...['domain', 'schema/builder', 'http/edge', 'http/body', 'http/graphql', 'http/legacy', 'http/heavy'],
    'http/live',
  ),
  room(
    'http/board',
    "The board's files, its sessions, and its entrance to the doors.",
    ...['domain', 'http/shared', 'http/fair', 'http/edge'],
  ),
  room(
    'http',
    'The server: puts edge and doors together.',
    ...[
      'domain',
      'http/shared',
      'http/fair',
      'http/edge',
      'http/body',
      'http/heavy',
      'http/live',
      'http/feed',
      'http/openapi',
      'http/docs',
      'http/door',
    ],
    'http/board',
  ),
  room(
    'gateway/feed',
    'Runs feeds one at a time, and takes in the files of a watched folder.',
    ...['domain', 'feed', 'feed/inventory', 'db/driver', 'db/store', 'db/feed', 'db', 'http/feed'],
  ),
  room(
    'gateway/http',
    'The server of each HTTP thread, and the threads beside the main one.',
    ...[
      'domain',
      'db/store',
      'db/webhook',
      'db/feed',
      'db',
      'http/shared',
      'http/edge',
      'http/heavy',
      'http',
    ],
  ),
  room(
    'gateway/webhook',
    'Starts the dispatcher of webhooks.',
    ...['domain/webhook', 'webhook', 'webhook/http', 'db/store', 'db/webhook', 'db', 'http/counted'],
  ),
  room(
    'gateway',
    'The wiring of store and server, of webhooks, and of the threads for requests and feeds.',
    ...['domain', 'db/driver', 'db/store', 'db/history', 'db/archive', 'db/webhook', 'db/feed', 'db'],
    ...['http/shared', 'http/edge', 'http/heavy', 'gateway/http', 'gateway/feed', 'gateway/webhook'],
  ),
  room(
    'demo',
    'The demo supplier, its catalog and its tabs in GraphiQL.',
    ...['domain', 'feed/catalog', 'db/store', 'db'],
  ),
  room(
    'cli/options',
    'What commands share: options, settings, the terminal.',
    ...['feed', 'webhook', 'db/driver', 'db/driver/postgres', 'db/store', 'db'],
  ),
  room(
    'cli/feed',
    'The commands for files: import, export, and the watched folder.',
    ...[
      'domain',
      'feed',
      'feed/catalog',
      'feed/inventory',
      'db/driver',
      'db/store',
      'db/sku',
      'db/catalog',
      'db/feed',
      'db',
    ],
    ...['gateway/feed', 'cli/options'],
  ),
  room(
    'cli/upkeep',
    'The commands that look after a store: migrate, backup, check, copy, prune, archive.',
    ...['feed', 'db/store', 'db/history', 'db/archive', 'db/upkeep', 'cli/options'],
  ),
  room(
    'cli',
    'The other commands: one file each.',
    ...[
      'domain',
      'domain/webhook',
      'feed',
      'webhook',
      'db/driver',
      'db/store',
      'db/catalog',
      'db/webhook',
      'db/upkeep',
      'db',
    ],
    ...[
      'schema',
      'http/edge',
      'http/openapi',
      'http',
      'gateway/http',
      'gateway',
      'demo',
      'cli/options',
      'cli/feed',
      'cli/upkeep',
    ],
  ),
  room('', 'The process: main.ts.', 'cli/options', 'cli'),
  room('board/api', "The board's documents, and the requests that send them."),
  room(
    'board/state',
    'What the board knows: rows, the view, the session, the history, webhooks.',
    ...['domain', 'board/api'],
  ),
  room(
    'board/edit',
    'Changes on their way: edits, conflicts, pasted blocks, imports, undo, webhooks.',
    ...['domain', 'board/api', 'board/state'],
  ),
  room(
    'board/live',
    'The live stream that all tabs of a browser share.',
    ...['domain', 'board/api', 'board/state'],
  ),
  room(
    'board/grid',
    'The grid of SKUs: cells, editing, keys, pasting.',
    ...['domain', 'board/api', 'board/state', 'board/edit'],
  ),
  room('board/parts', 'What dialogs and panels share.', 'board/api', 'board/state'),
  room(
    'board/activity',
    'Everything that changed, by group, with undo.',
    ...['board/api', 'board/state', 'board/edit', 'board/live', 'board/parts'],
  ),
  room(
    'board/history',
    'The history of one SKU: its chart, its changes, undo.',
    ...['board/api', 'board/state', 'board/edit', 'board/live', 'board/parts'],
  ),
  room(
    'board/import',
    'Files in and out: the preview, the brake, pasted lists, exports.',
    ...['domain', 'board/api', 'board/state', 'board/edit', 'board/parts'],
  ),
  room(
    'board/webhooks',
    'Webhooks: the page, their attempts, and the dialogs.',
    ...['board/api', 'board/state', 'board/edit', 'board/parts'],
  ),
  room(
    'board/shell',
    'What stands around the grid: signing in, the toolbar, conflicts, notices.',
    ...['board/api', 'board/state', 'board/edit', 'board/live', 'board/grid', 'board/parts', 'board/import'],
    'board/history',
    'board/activity',
    'board/webhooks',
  ),
  room('board', "The browser's program: main.tsx.", 'board/state', 'board/edit', 'board/live', 'board/shell'),
];

const builtin = /^node:/;
/** By the first folder: the packages that its files may import. */
const packages: Readonly<Record<string, readonly RegExp[]>> = {
  domain: [/^node:crypto$/],
  feed: [/^(?:saxes|yauzl)$/, /^node:(?:fs\/promises|stream|string_decoder|timers\/promises|zlib)$/],
  webhook: [/^node:(?:crypto|dns(?:\/promises)?|https?|net|timers\/promises|util)$/],
  db: [/^kysely(?:\/migration)?$/, /^better-sqlite3$/, /^pg$/, /^dataloader$/, builtin],
  schema: [/^@pothos\//, /^dataloader$/, /^graphql$/, /^zod$/],
  http: [
    /^(?:fastify|graphql|graphql-yoga|@graphql-yoga\/render-graphiql|@graphql-tools\/executor|@prometheus-io\/client|zod)$/,
    builtin,
  ],
  // Each HTTP thread opens its own log.
  gateway: [/^pino$/, builtin],
  demo: [/^graphql-yoga$/, builtin],
  cli: [/./],
  // gql.tada and the schema as a type leave nothing in the program. The client is bundled.
  board: [
    /^(?:preact(?:\/hooks)?|@preact\/signals|uplot|gql\.tada)$/,
    /^examples\/schema-types\.ts$/,
    /^packages\/client\/src\//,
  ],
  '': [/./],
};

/** A migration that was released must not change: it sees nothing that could change under it. */
const migrations = /^src\/db\/migrations\//;
const migrationImports = /^(?:kysely(?:\/migration)?|src\/db\/migrations\/migration-\d{4}\.ts)$/;

const pathOf = (file: string) => posix.dirname(file).replace(/^src\/?/, '');

export const importRule: Rule = (file) => {
  const own = rooms.find(({ path }) => path === pathOf(file.path));
  if (!own) return [`${file.path}: the table of rooms has no room for it`];
  const isAllowed = (from: string) => {
    if (migrations.test(file.path)) return migrationImports.test(from);
    if (from.startsWith('src/')) return [own.path, ...own.uses].includes(pathOf(from));
    return packages[own.path.split('/')[0] ?? '']?.some((name) => name.test(from)) === true;
  };
  return importsOf(file).flatMap(({ from }) => (isAllowed(from) ? [] : [`${file.path} imports ${from}`]));
};

/** Rooms that may import one that does not stand before them in the list. */
export function upwardArrows(list: readonly Room[]): string[] {
  return list.flatMap(({ path, uses }, i) =>
    uses
      .filter((used) => !list.slice(0, i).some((lower) => lower.path === used))
      .map((used) => `${path} may import ${used}`),
  );
}

/** Permissions to import that no file makes use of. */
export function unusedArrows(files: readonly SourceFile[]): string[] {
  return rooms.flatMap(({ path, uses }) => {
    const own = files.filter((file) => pathOf(file.path) === path);
    const used = new Set(own.flatMap(importsOf).map(({ from }) => pathOf(from)));
    return uses.filter((other) => !used.has(other)).map((other) => `${path} never imports ${other}`);
  });
}

/** Files that import each other, directly or through others, type-only imports included. */
export function importCircles(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [file.path, importsOf(file).map(({ from }) => from)]));
  const reach = (start: string) => {
    const seen = new Set<string>();
    const next = [...(imports.get(start) ?? [])];
    for (let path = next.pop(); path !== undefined; path = next.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      next.push(...(imports.get(path) ?? []));
    }
    return seen;
  };
  return files.map(({ path }) => path).filter((path) => reach(path).has(path));
}

/** Files in one folder at most. */
export const MAX_FOLDER_FILES = 16;

export function crowdedFolders(paths: readonly string[]): string[] {
  const counts = Map.groupBy(paths, (path) => posix.dirname(path));
  return Array.from(counts)
    .filter(([, files]) => files.length > MAX_FOLDER_FILES)
    .map(([folder, files]) => `${folder} has ${files.length} files`);
}

/** The rows of the table in docs/design.md, cells separated by bars, without padding. */
export function roomTable(): string[] {
  const name = (path: string) => `\`src/${path}\``.replace('/`', '`');
  const list = (uses: readonly string[]) => uses.map((path) => `\`${path}\``).join(', ') || 'nothing';
  return rooms.map(({ path, holds, uses }) => `|${name(path)}|${holds}|${list(uses)}|`);
}
