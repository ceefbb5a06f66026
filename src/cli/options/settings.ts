/** Options of `serve`, and options that several commands share: what each accepts, and its default. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { completeUrl } from '../../db/driver/postgres/connection-settings.ts';
import { withOneHost } from '../../db/driver/database-url.ts';
import { parseNetwork } from '../../webhook/addresses.ts';
import type { Io, Option } from './command.ts';

const databaseUrl = z
  .string('Give sqlite:PATH or postgres://USER@HOST/NAME.')
  .regex(/^(sqlite:.|postgres(ql)?:\/\/)/, 'Give sqlite:PATH or postgres://USER@HOST/NAME.')
  .refine(
    // PostgreSQL's URLs may have several hosts, or a user and no host. URL.canParse refuses both.
    (url) => url.startsWith('sqlite:') || URL.canParse(withOneHost(url)),
    'The URL cannot be read. In user and password write special characters as %40 for @, %2F for /, %3F for ?, %23 for #.',
  );

/** The store's URL. Most commands take it. */
export const database = {
  schema: databaseUrl.default('sqlite:./data/stockgate.db'),
  complete: completeDatabaseUrl,
} satisfies Option;

function completeDatabaseUrl(url: string, env: Io['env']): string {
  return url.startsWith('sqlite:') ? url : completeUrl(url, env);
}

/** The options of `stockgate copy`. Neither has a default, so that nothing is copied by mistake. */
export const copyOptions = {
  from: { schema: databaseUrl, complete: completeDatabaseUrl },
  to: { schema: databaseUrl, complete: completeDatabaseUrl },
} satisfies Record<string, Option>;

/** A supplier's name. Tabs, line breaks, NUL and `~` are excluded: lists, queues and the store's keys use them as separators. */
export const supplierName = z
  .string('Give the supplier a name.')
  .regex(/^[\w.-]{1,64}$/, 'A supplier is named by 1 to 64 letters, digits, dots, dashes and underscores.');

/** A flag without a value. */
export const boolean = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'], 'Give true or false.')])
  .default(false)
  .transform((value) => value === true || value === 'true' || value === '1');

const HISTORY = 'Give days, 1 to 36,500.';
const QUOTA = 'Give MiB for the idempotency keys of a supplier, 1 to 1,048,576.';
const RATE_LIMIT = 'Give units a second and token, 1,000,000 at most; 0 for no limit.';
const IN_FLIGHT = 'Give MiB, 64 to 1,048,576.';
const QUERY_TIMEOUT = 'Give seconds, 0.1 to 300.';
const LOG_LIMIT = 'Give MiB, 64 to 1,048,576.';
const port = z.coerce
  .number('Give a port, 0 to 65535.')
  .int('Give a port, 0 to 65535.')
  .min(0, 'Give a port, 0 to 65535.')
  .max(65_535, 'Give a port, 0 to 65535.');

const THREADS = 'Give a number of threads, 1 to 64, or auto.';
const MAX_THREADS = 64;
/** `auto`: one for each core. */
const threads = z
  .string()
  .refine(
    (text) => text === 'auto' || (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_THREADS),
    THREADS,
  )
  .transform((text) => (text === 'auto' ? Math.min(availableParallelism(), MAX_THREADS) : Number(text)));

const STREAMS = 'Give a number of live streams, 0 to 10,000.';
const streams = z.coerce.number(STREAMS).int(STREAMS).min(0, STREAMS).max(10_000, STREAMS);

/** When a file of a watched folder is whole: nobody writes to it, or a file of its name and `.done` says so. */
export const feedDirWait = z.enum(['rest', 'done'], 'Give rest or done.').default('rest');

/** Where the key is that seals webhook secrets, and which networks webhooks may be sent to beside public addresses. */
export const webhookOptions = {
  'webhook-key-file': { schema: z.string().min(1).optional() },
  'webhook-allow': {
    multiple: true,
    schema: z
      .array(
        z
          .string()
          .refine(
            (text) => parseNetwork(text) !== null,
            'Give a network or an address, such as 10.0.0.0/8 or fd00::/8.',
          ),
      )
      .default([]),
  },
} as const satisfies Record<string, Option>;

/** For how many days of service changes are kept. Undefined: for ever. */
export const historyDays = z.coerce.number(HISTORY).int(HISTORY).min(1, HISTORY).max(36_500, HISTORY);

/** The folder where changes are archived before they are taken away. Undefined: they are not. */
export const archiveFolder = { schema: z.string().min(1).optional() } satisfies Option;

/** The options of `stockgate serve`. */
export const serveOptions = {
  database,
  demo: { type: 'boolean', schema: boolean },
  'pg-prepared': { schema: z.enum(['on', 'off'], 'Give on or off.').default('on') },
  'expect-sync-standby': { type: 'boolean', schema: boolean },
  host: { schema: z.string().min(1).default('127.0.0.1') },
  port: { schema: port.default(4000) },
  metrics: {
    schema: z.union([z.enum(['off', 'on']), port], 'Give off, on, or a port, 0 to 65535.').default('off'),
  },
  threads: { schema: threads.default(1) },
  'allowed-host': {
    multiple: true,
    schema: z
      .array(
        z
          .string()
          .regex(
            /^([\w-]+(\.[\w-]+)*|\[?[\da-f]*:[\da-f:.]+\]?)$/i,
            'Give a host name without scheme and port, such as stock.example.com.',
          ),
      )
      .default([]),
  },
  'cors-origin': {
    multiple: true,
    schema: z
      .array(
        z
          .string()
          .regex(/^https?:\/\/[^/\s]+$/, 'Give an origin such as https://dashboard.example.com.')
          .refine(
            (origin) => !origin.includes('*'),
            'An origin is compared as a whole, so * matches nothing. Give each origin by itself.',
          ),
      )
      .default([]),
  },
  'no-board': { type: 'boolean', schema: boolean },
  graphiql: { schema: z.enum(['off', 'on'], 'Give off or on.').default('on') },
  'idempotency-hours': {
    schema: z.coerce
      .number('Give hours, 24 or more.')
      .min(24, 'Give hours, 24 or more.')
      .max(8_760, 'Give hours, a year of them at most.')
      .default(24),
  },
  'history-days': { schema: historyDays.optional() },
  archive: archiveFolder,
  'idempotency-quota': {
    schema: z.coerce.number(QUOTA).int(QUOTA).min(1, QUOTA).max(1_048_576, QUOTA).default(1_024),
  },
  'rate-limit': {
    schema: z.coerce
      .number(RATE_LIMIT)
      .int(RATE_LIMIT)
      .min(0, RATE_LIMIT)
      .max(1_000_000, RATE_LIMIT)
      .default(2_000),
  },
  'streams-per-token': { schema: streams.default(100) },
  'streams-per-supplier': { schema: streams.default(1_000) },
  'in-flight-limit': {
    schema: z.coerce
      .number(IN_FLIGHT)
      .int(IN_FLIGHT)
      .min(64, IN_FLIGHT)
      .max(1_048_576, IN_FLIGHT)
      .default(256),
  },
  'query-timeout': {
    schema: z.coerce.number(QUERY_TIMEOUT).min(0.1, QUERY_TIMEOUT).max(300, QUERY_TIMEOUT).default(5),
  },
  'feed-spool': { schema: z.string().min(1).optional() },
  'feed-dir': { schema: z.string().min(1).optional() },
  'feed-dir-wait': { schema: feedDirWait },
  ...webhookOptions,
  'log-limit': {
    schema: z.coerce
      .number(LOG_LIMIT)
      .int(LOG_LIMIT)
      .min(64, LOG_LIMIT)
      .max(1_048_576, LOG_LIMIT)
      .default(1_024),
  },
  'log-level': {
    schema: z
      .enum(
        ['silent', 'fatal', 'error', 'warn', 'info', 'debug'],
        'Give silent, fatal, error, warn, info or debug.',
      )
      .optional(),
  },
} as const satisfies Record<string, Option>;
