/** A SQLite store's files are for their owner alone, whatever the umask. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientOf, mutations, seedDatabase } from '../support/mutations.ts';
import { MAIN } from '../support/machine/built-program.ts';
import { run, spawnGateway, untilListening } from '../support/machine/process.ts';

const OWNER_ONLY = 0o600;
const under = ['sh', '-c', 'umask 022; exec "$0" "$@"'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stockgate-modes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.skipIf(process.platform === 'win32')('under umask 022', () => {
  test('a new store is for its owner alone: its folder, the database, the log, the reserve and a backup', async () => {
    const data = join(folder, 'new', 'data');
    const database = `sqlite:${join(data, 'stockgate.db')}`;
    const stockgate = (...args: string[]) =>
      run('sh', [...under.slice(1), process.execPath, MAIN, ...args, '--database', database]);
    expect(await stockgate('supplier', 'create', 'acme')).toMatchObject({ code: 0 });
    expect(await stockgate('token', 'create', '--supplier', 'acme')).toMatchObject({ code: 0 });
    await seedDatabase(database, [{ skuId: 'the-one' }]);
    const gateway = await untilListening(spawnGateway(database, ['--log-level', 'silent'], { under }));
    try {
      const input = { identifier: { skuId: 'the-one' }, quantityInStock: 1 };
      const { body } = await clientOf(gateway.origin).graphql(mutations.update, { input });
      expect(body.data.answer.outcome).toBe('APPLIED');
      expect(await stockgate('backup', join(data, 'saved.db'))).toMatchObject({ code: 0 });
      expect(modesIn(data)).toEqual({
        'saved.db': OWNER_ONLY,
        'stockgate.db': OWNER_ONLY,
        'stockgate.db-reserve': OWNER_ONLY,
        'stockgate.db-shm': OWNER_ONLY,
        'stockgate.db-wal': OWNER_ONLY,
        'stockgate.db.feeds': 0o700,
      });
      for (const made of [data, join(folder, 'new')]) expect(statSync(made).mode & 0o777).toBe(0o700);
    } finally {
      expect(await gateway.stop()).toBe(0);
    }
  });

  test('a database that others may read is narrowed once its owner opens it', async () => {
    const path = join(folder, 'stockgate.db');
    await seedDatabase(`sqlite:${path}`, []);
    chmodSync(path, 0o644);
    await seedDatabase(`sqlite:${path}`, []);
    expect(statSync(path).mode & 0o777).toBe(OWNER_ONLY);
  });
});

function modesIn(data: string): Record<string, number> {
  return Object.fromEntries(readdirSync(data).map((name) => [name, statSync(join(data, name)).mode & 0o777]));
}
