/** A database over TLS, whose password is in none of the arguments: real certificates, as libpq's users set them up. */
import { execFile } from 'node:child_process';
import { chownSync, copyFileSync, chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { MAIN } from '../../support/machine/built-program.ts';
import { makeFolder } from '../../support/stores/databases.ts';
import {
  createPostgresServer,
  query,
  unprivilegedUser,
  type PostgresServer,
} from '../../support/stores/postgres-server.ts';

const PASSWORD = 'S3cret-of-the-store';
const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/tls', name);
const [ca, otherCa] = [fixture('ca.pem'), fixture('other-ca.pem')];

describe.skipIf(inject('postgresUrl') === null)('PostgreSQL over TLS', () => {
  const folder = makeFolder();
  let server: PostgresServer;
  let place = '';
  beforeAll(async () => {
    const [key, rules] = [join(folder.path, 'server.key'), join(folder.path, 'pg_hba.conf')];
    copyFileSync(fixture('server.key'), key);
    writeFileSync(
      rules,
      'hostssl all stock 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n',
    );
    chmodSync(key, 0o600);
    chmodSync(folder.path, 0o755);
    const user = unprivilegedUser();
    if (user) for (const path of [key, rules]) chownSync(path, user.uid, user.gid);
    const tls = ['ssl=on', `ssl_cert_file=${fixture('server.pem')}`, `ssl_key_file=${key}`];
    const created = await createPostgresServer([...tls, `hba_file=${rules}`]);
    if (!created) throw new Error('PostgreSQL was found a moment ago.');
    server = created;
    await server.start();
    await query(`${server.url}/postgres`, `create role stock login password '${PASSWORD}'`);
    await query(`${server.url}/postgres`, 'create database stock owner stock');
    place = new URL(server.url).host;
  });
  afterAll(async () => {
    await server.remove();
    folder.remove();
  });

  const file = (name: string, text: string) => {
    const path = join(folder.path, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  /** `stockgate supplier list`, which migrates the store first. */
  const list = (url: string, env: Record<string, string>) =>
    new Promise<{ code: number; said: string }>((resolve) => {
      const args = [MAIN, 'supplier', 'list', '--database', url];
      execFile(process.execPath, args, { env: { PATH: process.env['PATH'], ...env } }, (error, out, err) =>
        resolve({ code: error ? 1 : 0, said: out + err }),
      );
    });
  const full = `sslmode=verify-full&sslrootcert=${encodeURIComponent(ca)}`;

  test('the password is in the environment, in a password file or in a service file', async () => {
    const [host = '', port = ''] = place.split(':');
    const passwords = file('passwords', `${host}:${port}:*:stock:${PASSWORD}\n`);
    const services = file(
      'services',
      `[main]\nhost=${host}\nport=${port}\nuser=stock\ndbname=stock\npassword=${PASSWORD}\nsslmode=verify-ca\nsslrootcert=${ca}\n`,
    );
    for (const [url, env] of [
      [`postgres://stock@${place}/stock?${full}`, { PGPASSWORD: PASSWORD }],
      [`postgres://stock@${place}/stock?${full}`, { PGPASSFILE: passwords }],
      [`postgres://stock@${place}/stock?sslmode=require`, { PGPASSFILE: passwords }],
      [`postgres://stock@${place},${place}/stock?${full}`, { PGPASSFILE: passwords }],
      ['postgres:///?service=main', { PGSERVICEFILE: services }],
      ['postgres://', { PGSERVICEFILE: services, PGSERVICE: 'main' }],
      [
        `postgres://stock@${place}/stock`,
        { PGPASSWORD: PASSWORD, PGSSLMODE: 'verify-full', PGSSLROOTCERT: ca },
      ],
    ] as const) {
      const { code, said } = await list(url, env);
      // The driver warns that it will leave password files to its callers.
      expect({ code, said: said.replace(/^\(.*\n/gm, '') }).toEqual({ code: 0, said: '' });
      expect(said).not.toContain(PASSWORD);
    }
  });

  test.each([
    ['without TLS', '', /no encryption|pg_hba/],
    [
      'with another authority',
      `?sslmode=verify-full&sslrootcert=${encodeURIComponent(otherCa)}`,
      /certificate|signature/,
    ],
    ['with the authorities of the system', '?sslmode=verify-full&sslrootcert=system', /certificate/],
  ])('%s it is refused', async (_what, parameters, reason) => {
    const { code, said } = await list(`postgres://stock@${place}/stock${parameters}`, {
      PGPASSWORD: PASSWORD,
    });
    expect({ code, said }).toEqual({ code: 1, said: expect.stringMatching(reason) });
    expect(said).not.toContain(PASSWORD);
  });
});
