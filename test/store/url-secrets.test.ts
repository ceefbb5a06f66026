/** No password that stands in a database URL is printed: by any command, at the start, in the log, in metrics, when it cannot connect. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { describeDatabase, hideSecrets, hideSecretsIn } from '../../src/db/driver/database-url.ts';
import { MAIN } from '../support/machine/built-program.ts';
import { run, spawnGateway, untilListening } from '../support/machine/process.ts';
import { runProgramHere } from '../support/run-here.ts';
import { createTestDatabase } from '../support/stores/stores.ts';

/** One for each place of a URL; each begins with the same letters, so that one look finds any. */
const MARK = 'S3cr';
const password = `${MARK}et-userinfo%2F`;
const parameters = [
  `password=${MARK}et-query`,
  `sslpassword=${MARK}et-ssl`,
  `options=-c%20statement_timeout%3D${MARK}et-option`,
  `sslmode=disable&custom=${MARK}et%20of%20others`,
].join('&');

const urls = {
  'that refuses the connection': `postgres://someone:${password}@127.0.0.1:1/stock?${parameters}`,
  'that cannot be read': `postgres://someone:${MARK}et/with?and#${MARK}et@127.0.0.1:1/stock?${parameters}`,
  'with a key that is missing': `postgres://someone:${password}@127.0.0.1:1/stock?sslkey=/nowhere/${MARK}et&sslmode=require`,
  'of another scheme': `mysql://someone:${password}@127.0.0.1:1/stock?${parameters}`,
} as const;

const folder = mkdtempSync(join(tmpdir(), 'stockgate-secrets-'));
writeFileSync(join(folder, 'catalog.csv'), 'sku_id\na\n');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every command that takes a URL. */
const allCommands = (url: string): (readonly string[])[] => [
  ['serve', '--port', '0', `--database=${url}`, '--log-level', 'debug'],
  ['check', '--database', url],
  ['backup', join(folder, 'backup.db'), '--database', url],
  ['copy', '--from', url, '--to', 'sqlite::memory:'],
  ['copy', '--from', url, '--to', url],
  ['token', 'list', '--database', url],
  ['token', 'create', '--supplier', 'acme', '--database', url],
  ['import', 'skus', join(folder, 'catalog.csv'), '--supplier', 'acme', '--database', url],
];

/** Those that differ in how they fail, and places where no URL belongs. */
const someCommands = (url: string): (readonly string[])[] => [
  ['serve', '--port', '0', '--database', url],
  ['migrate', '--database', url],
  ['check', url],
  [url],
  ['serve', `--databas=${url}`],
  ['serve', '--metrics', url],
  ['token', url],
];

describe.each(Object.entries(urls))('no command prints a secret of a URL %s', (kind, url) => {
  const commands = [
    ...someCommands(url),
    ...(kind === 'that refuses the connection' ? allCommands(url) : []),
  ];
  test.each(
    commands.map((args) => [args.join(' ').replaceAll(url, 'URL').replaceAll(folder, ''), args] as const),
  )('%s', async (_name, args) => {
    const { code, out, err } = await runProgramHere(args);
    expect(code).not.toBe(0);
    expect(err).not.toBe('');
    expect(out + err).not.toContain(MARK);
  });

  test('nor where it comes from the environment', async () => {
    const { code, out, err } = await runProgramHere(['migrate'], { STOCKGATE_DATABASE: url });
    expect(code).not.toBe(0);
    expect(err).not.toBe('');
    expect(out + err).not.toContain(MARK);
  });

  // A process also prints its log, and errors that nothing catches.
  test('nor does the process', async () => {
    const variables = [`STOCKGATE_DATABASE=${url}`];
    const serve = [process.execPath, MAIN, 'serve', '--port', '0', '--log-level', 'debug'];
    const { code, stdout, stderr } = await run('/usr/bin/env', [...variables, ...serve]);
    expect(code).not.toBe(0);
    expect(stderr).not.toBe('');
    expect(stdout + stderr).not.toContain(MARK);
  });
});

describe.skipIf(inject('postgresUrl') === null)('on a PostgreSQL that answers', () => {
  test('the server quotes what it refuses, and that is hidden', async () => {
    const { url, remove } = await createTestDatabase('postgres');
    const refused = `${url}?options=-c%20statement_timeout%3D${MARK}et-option`;
    const { err } = await runProgramHere(['migrate', '--database', refused]);
    expect(err).toContain('invalid value for parameter');
    expect(err).not.toContain(MARK);
    await remove();
  });

  test('neither the start nor the log nor the metrics have a secret', async () => {
    const { url, remove } = await createTestDatabase('postgres');
    const secret = `${url.replace(/\/\/([^:@/]*)[^@/]*@/, `//$1:${MARK}et@`)}?password=${MARK}et-query&sslpassword=${MARK}et`;
    // Standard error is the test's own: there the log is looked for in the output of a shell that joins the two.
    const flags = ['--metrics', 'on', '--log-level', 'debug'];
    const gateway = await untilListening(
      spawnGateway(secret, flags, { under: ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh'] }),
    );
    let text = '';
    gateway.process.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    for (const path of ['metrics', 'ready', 'graphql'])
      text += await (await fetch(`${gateway.origin}/${path}`)).text();
    await gateway.stop();
    expect(text).toContain('stockgate_ready 1');
    expect(text).not.toContain(MARK);
    const named = describeDatabase(secret);
    expect(named).toMatch(/^postgres(ql)?:\/\/[^@?]+\/\w+$/);
    await remove();
  });
});

describe('what may be said of a URL', () => {
  test.each([
    ['sqlite:./data/stockgate.db', 'sqlite:./data/stockgate.db'],
    ['postgres://u:p@h/db?password=x', 'postgres://h/db'],
    ['postgresql://u:p@h:5433/db', 'postgresql://h:5433/db'],
    ['postgres:///db?host=/run/postgresql&password=x', 'postgres:///db'],
    ['postgres://u:a/b?c#d@h/db', 'postgres://***'],
  ])('%s', (url, said) => {
    expect(describeDatabase(url)).toBe(said);
  });

  test('short passwords are hidden within URLs, and do not tear other words apart', () => {
    const url = 'postgres://u:p@h/db?password=x';
    expect(hideSecrets(`cannot open "${url}": expected a port`, [url])).toBe(
      'cannot open "postgres://***": expected a port',
    );
    expect(hideSecrets('Give sqlite:PATH or postgres://USER@HOST/NAME.', [url])).toContain('USER@HOST/NAME');
  });

  test('an error is freed of them whole: message, stack, causes and what a driver adds', () => {
    const url = `postgres://u:${MARK}et@h/db`;
    const error = Object.assign(
      new AggregateError([new Error(`${MARK}et`)], `no ${MARK}et`, { cause: new Error(`${MARK}et`) }),
      {
        input: url,
        detail: `${MARK}et`,
      },
    );
    hideSecretsIn(error, url);
    const told = [error, error.cause, ...error.errors].flatMap((one: unknown) =>
      one instanceof Error ? [one.message, one.stack, JSON.stringify(one)] : [],
    );
    expect(told.join()).toContain('no ***');
    expect(told.join()).not.toContain(MARK);
  });
});
