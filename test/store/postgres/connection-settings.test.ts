/** A PostgreSQL URL means what libpq means by it: several hosts, a service, TLS, and the environment. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeDatabase } from '../../../src/db/driver/database-url.ts';
import { completeUrl, readConnectionSettings } from '../../../src/db/driver/postgres/connection-settings.ts';
import { makeFolder } from '../../support/stores/databases.ts';

const folder = makeFolder();
afterAll(() => folder.remove());

const serversOf = (url: string) => readConnectionSettings(url).servers.map((server) => server.url);

test.each([
  ['postgres://u@h1/stock', ['postgres://u@h1/stock']],
  ['postgresql://u:p%2Fw@h1:5433/stock', ['postgres://u:p%2Fw@h1:5433/stock']],
  ['postgres://h1,h2:7/stock', ['postgres://h1/stock', 'postgres://h2:7/stock']],
  ['postgres:///stock?host=a,b&port=3', ['postgres://a:3/stock', 'postgres://b:3/stock']],
  ['postgres://u@/stock?host=/run/pg', ['postgres://u@localhost/stock?host=%2Frun%2Fpg']],
  ['postgres://[::1]:99,[fd00::2]/stock', ['postgres://[::1]:99/stock', 'postgres://[fd00::2]/stock']],
  // The driver must mean the same by a mode as libpq.
  ['postgres://h/s?sslmode=require', ['postgres://h/s?sslmode=require&uselibpqcompat=true']],
])('%s', (url, servers) => expect(serversOf(url)).toEqual(servers));

test('of several hosts only the one that takes writes is used, and each has 1.5 seconds', () => {
  expect(readConnectionSettings('postgres://a,b/s')).toMatchObject({
    needsPrimary: true,
    connectTimeoutMs: 1_500,
  });
  const patient = 'postgres://a/s?target_session_attrs=primary&connect_timeout=4';
  expect(readConnectionSettings(patient)).toMatchObject({ needsPrimary: true, connectTimeoutMs: 4_000 });
  expect(readConnectionSettings('postgres://a/s')).toMatchObject({
    needsPrimary: false,
    connectTimeoutMs: undefined,
  });
});

test.each([
  ['postgres://a,b/s?target_session_attrs=any', 'target_session_attrs must be read-write'],
  ['postgres://a/s?target_session_attrs=standby', 'target_session_attrs must be read-write'],
  ['postgres://a/s?sslmode=prefer', 'sslmode must be one of disable, require'],
  ['postgres://a,b,c/s?port=1,2', 'one port, or as many'],
  ['postgres://u:%zz@a/s', 'cannot be read'],
])('%s is refused', (url, message) => expect(() => readConnectionSettings(url)).toThrow(message));

test('the environment and a service add what the URL leaves out', () => {
  const file = join(folder.path, 'services');
  writeFileSync(
    file,
    '# ours\n[other]\nhost=x\n\n[main]\nhost = a,b\nport=1,2\nuser=u\ndbname=stock\nsslmode=verify-ca\n[next]\nhost=y\n',
  );
  const env = { PGSERVICEFILE: file, PGSSLMODE: 'disable', PGSSLROOTCERT: '/ca.pem' };
  const complete = 'postgres://u@a:1,b:2/stock?sslmode=verify-ca&sslrootcert=%2Fca.pem';
  const parts = (url: string) => Object.fromEntries(new URLSearchParams(url.split('?')[1]));
  for (const [url, more] of [
    ['postgres:///?service=main', {}],
    ['postgres://', { PGSERVICE: 'main' }],
  ] as const) {
    const found = completeUrl(url, { ...env, ...more });
    expect(found.split('?')[0]).toBe(complete.split('?')[0]);
    expect(parts(found)).toEqual(parts(complete));
    expect(describeDatabase(found)).toBe('postgres://a:1,b:2/stock');
  }
  expect(completeUrl('postgres://own:7/db?service=main', env)).toMatch(/^postgres:\/\/u@own:7\/db\?/);
  expect(() => completeUrl('postgres:///?service=none', env)).toThrow(`Searched: ${file}`);
  expect(completeUrl('postgres:///stock', { PGHOST: 'h', PGTARGETSESSIONATTRS: 'primary' })).toBe(
    'postgres://h/stock?target_session_attrs=primary',
  );
  expect(completeUrl('postgres://h/stock', {})).toBe('postgres://h/stock');
});
