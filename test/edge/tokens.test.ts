/** Tokens on each store: who they let in, for how long, and that none can be read back. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteTokenUse, type TokenUse } from '../../src/db/access/note-token-use.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { createAuthenticate } from '../../src/db/authenticate.ts';
import {
  listTokens,
  revokeToken,
  rotateToken,
  saveToken,
  type NewToken,
  type Rotation,
} from '../../src/db/tokens.ts';
import { startExpiryWarnings } from '../../src/gateway/expiry-warnings.ts';
import type { Authenticate } from '../../src/domain/caller.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const NOW = '2026-11-01T09:30:00.000Z';

describeOnEachStore('a token', (kind) => {
  let database: Awaited<ReturnType<typeof openTestStore>>;
  let store: Store;
  let authenticate: Authenticate;
  let now = new Date(NOW);
  let monotonicMs = 0;
  let suppliers = 0;
  const setClock = (ms: number) => (now = new Date(now.getTime() + ms));
  const wait = (ms: number) => {
    monotonicMs += ms;
    setClock(ms);
  };
  const later = (ms: number) => new Date(now.getTime() + ms).toISOString();

  beforeAll(async () => {
    database = await openTestStore(kind);
    store = database.store;
    authenticate = createAuthenticate(store, () => now, { monotonic: () => monotonicMs });
  });
  afterAll(() => database.remove());

  async function newSupplier(): Promise<NewToken> {
    const supplierId = `supplier-${++suppliers}`;
    expect(await saveSupplier(store, supplierId, now)).toBe(true);
    return {
      supplierId,
      name: 'dashboard',
      role: 'supplier',
      permissions: ['edit_items', 'view_items'],
      expiresAt: null,
    };
  }
  const tokenOf = ({ supplierId, name }: NewToken) => `secret of ${supplierId} ${name}`;
  async function save(details: NewToken): Promise<string> {
    expect(await saveToken(store, tokenOf(details), details, now)).toBe(true);
    return tokenOf(details);
  }
  const listingsOf = async ({ supplierId }: NewToken) =>
    (await listTokens(store)).filter((listing) => listing.supplierId === supplierId);
  async function revoke(details: NewToken): Promise<boolean> {
    const listing = (await listingsOf(details)).find(({ name }) => name === details.name);
    return revokeToken(store, listing?.id ?? '', now);
  }

  describe('lets in', () => {
    test.each<[what: string, details: Partial<NewToken>]>([
      ['a supplier with both permissions', {}],
      ['a supplier who may only edit', { permissions: ['edit_items'] }],
      ['a supplier who may only view', { permissions: ['view_items'] }],
      ['a supplier who may do nothing', { permissions: [] }],
      ['a retailer', { role: 'retailer' }],
      ['one under a name in any script', { name: 'Zoë’s 店 😀' }],
    ])('%s', async (_what, details) => {
      const token = { ...(await newSupplier()), ...details };
      const caller = {
        supplierId: token.supplierId,
        supplierName: token.supplierId,
        role: token.role,
        permissions: token.permissions,
        actor: token.name,
        expiresAt: token.expiresAt,
      };
      const plain = await save(token);
      expect(await authenticate(plain)).toEqual(caller);
      expect(await authenticate(plain)).toEqual(caller);
    });

    test('whoever has it in exactly that spelling', async () => {
      const token = await newSupplier();
      const plain = await save(token);
      const [listing] = await listingsOf(token);
      const id = listing?.id ?? '';
      const hash = createHash('sha256').update(plain).digest('hex');
      for (const other of ['', ' ', plain.toUpperCase(), `${plain} `, plain.slice(1), '%', hash, id]) {
        expect(await authenticate(other)).toBeNull();
      }
    });

    test('from the moment it is saved, even if it was tried before', async () => {
      const token = await newSupplier();
      expect(await authenticate(tokenOf(token))).toBeNull();
      expect(await authenticate(await save(token))).toMatchObject({ supplierId: token.supplierId });
    });

    test('until it expires, to the millisecond, and no longer for having been used', async () => {
      const token = { ...(await newSupplier()), expiresAt: later(3000) };
      const plain = await save(token);
      for (const ms of [0, 1500, 1499]) {
        wait(ms);
        expect(await authenticate(plain)).toMatchObject({ supplierId: token.supplierId });
      }
      wait(1);
      expect(await authenticate(plain)).toBeNull();
      wait(1_000_000);
      expect(await authenticate(plain)).toBeNull();
    });

    test('nobody when it was saved with an expiry that is past', async () => {
      expect(await authenticate(await save({ ...(await newSupplier()), expiresAt: later(0) }))).toBeNull();
    });
  });

  describe('that is revoked', () => {
    test('lets nobody in after two seconds, even while it is in use', async () => {
      const token = await newSupplier();
      const plain = await save(token);
      expect(await authenticate(plain)).not.toBeNull();
      expect(await revoke(token)).toBe(true);
      for (const _ of [1, 2]) {
        wait(999);
        await authenticate(plain);
      }
      wait(2);
      expect(await authenticate(plain)).toBeNull();
    });

    test('lets nobody in after two seconds, though the wall clock was set back meanwhile', async () => {
      const token = await newSupplier();
      const plain = await save(token);
      expect(await authenticate(plain)).not.toBeNull();
      expect(await revoke(token)).toBe(true);
      setClock(-3_600_000);
      wait(2_000);
      expect(await authenticate(plain)).toBeNull();
      setClock(3_600_000);
    });

    test('lets nobody in at once where it was not in use', async () => {
      const token = await newSupplier();
      const plain = await save(token);
      await revoke(token);
      expect(await authenticate(plain)).toBeNull();
    });

    test('stays so, and keeps the time of its first revocation', async () => {
      const token = await newSupplier();
      await save(token);
      const revokedAt = now.toISOString();
      expect(await revoke(token)).toBe(true);
      wait(1000);
      expect(await revoke(token)).toBe(false);
      expect(await listingsOf(token)).toMatchObject([{ revokedAt }]);
    });

    test('leaves the others as they are', async () => {
      const token = await newSupplier();
      const other = { ...token, name: 'other' };
      await save(token);
      const plain = await save(other);
      await revoke(token);
      expect(await authenticate(plain)).toMatchObject({ actor: 'other' });
      expect(await listingsOf(token)).toMatchObject([
        { name: 'dashboard' },
        { name: 'other', revokedAt: null },
      ]);
    });

    test.each(['', '%', '0', 'dashboard', '000000000000', "' or true --", '0'.repeat(64)])(
      'is named by its id: %j revokes nothing',
      async (id) => {
        await save(await newSupplier());
        const before = await listTokens(store);
        expect(await revokeToken(store, id, now)).toBe(false);
        expect(await listTokens(store)).toEqual(before);
      },
    );
  });

  describe('that is rotated', () => {
    const rotate = async (details: NewToken, more: Partial<Rotation> = {}) => {
      const listing = (await listingsOf(details)).find(({ name }) => name === details.name);
      const token = `new secret ${++suppliers}`;
      const rotation = { token, previousUntil: later(5_000), ...more };
      expect(await rotateToken(store, listing?.id ?? '', rotation)).toBe(true);
      return token;
    };

    test('goes on under its name, and the old one is good for the stated time, to the millisecond', async () => {
      const token = await newSupplier();
      const old = await save(token);
      const caller = await authenticate(old);
      const fresh = await rotate(token);
      expect(await authenticate(fresh)).toEqual(caller);
      wait(4_999);
      expect(await authenticate(old)).toEqual(caller);
      wait(1);
      expect(await authenticate(old)).toBeNull();
      expect(await authenticate(fresh)).toEqual(caller);
      expect(await listingsOf(token)).toHaveLength(1);
    });

    test('keeps its expiry, which ends the old one too, unless another is given', async () => {
      const token = { ...(await newSupplier()), expiresAt: later(3_000) };
      const old = await save(token);
      const fresh = await rotate(token);
      wait(3_000);
      expect([await authenticate(old), await authenticate(fresh)]).toEqual([null, null]);
      const longer = await rotate(token, { expiresAt: later(9_000) });
      expect(await authenticate(longer)).not.toBeNull();
      expect(await authenticate(fresh)).not.toBeNull();
    });

    test('a second time ends the first one at once, where it is not in use', async () => {
      const token = await newSupplier();
      const first = await save(token);
      const second = await rotate(token);
      const third = await rotate(token);
      expect(await authenticate(first)).toBeNull();
      expect(await authenticate(second)).not.toBeNull();
      expect(await authenticate(third)).not.toBeNull();
    });

    test('and then revoked lets in neither', async () => {
      const token = await newSupplier();
      const old = await save(token);
      const fresh = await rotate(token);
      expect(await revoke(token)).toBe(true);
      expect([await authenticate(old), await authenticate(fresh)]).toEqual([null, null]);
    });

    test.each(['', '%', '000000000000'])('is named by its id: %j rotates nothing', async (id) => {
      const before = await listTokens(store);
      const rotation = { token: 'unused', previousUntil: now.toISOString() };
      expect(await rotateToken(store, id, rotation)).toBe(false);
      expect(await listTokens(store)).toEqual(before);
    });
  });

  test('tells once a day that it is used, until that is stored, and never for another day', async () => {
    const token = await newSupplier();
    const plain = await save(token);
    const uses: TokenUse[] = [];
    const find = createAuthenticate(store, () => now, {
      monotonic: () => monotonicMs,
      noteUse: (use) => uses.push(use),
    });
    const use = async () => {
      wait(2_000);
      await find(plain);
      await find('unknown');
      return uses.splice(0);
    };
    const [first, ...others] = await use();
    expect({ first, others }).toMatchObject({ first: { day: now.toISOString().slice(0, 10) }, others: [] });
    expect(await use()).toEqual([first]);
    if (first) await noteTokenUse(store, first);
    expect(await use()).toEqual([]);
    expect(await listingsOf(token)).toMatchObject([{ lastUsedOn: first?.day }]);
    setClock(-86_400_000);
    expect(await use()).toEqual([]);
    if (first) await noteTokenUse(store, { ...first, day: '2000-01-01' });
    expect(await listingsOf(token)).toMatchObject([{ lastUsedOn: first?.day }]);
    setClock(2 * 86_400_000);
    expect(await use()).toHaveLength(1);
    setClock(-86_400_000);
  });

  test('that expires soon is warned of in the log, with the day of its last use', async () => {
    const names = async (suppliersTokens: NewToken[]) => {
      const warned: unknown[] = [];
      const logger = {
        warn: (line: unknown) => warned.push(line),
        error: (line: unknown) => warned.push(line),
      };
      await startExpiryWarnings(store, () => now, logger)();
      const own = new Set(suppliersTokens.map(({ supplierId }) => supplierId));
      return warned.filter((line) => own.has((line as { supplier: string }).supplier));
    };
    const [soon, late, gone, past] = [
      { ...(await newSupplier()), expiresAt: later(14 * 86_400_000) },
      { ...(await newSupplier()), expiresAt: later(14 * 86_400_000 + 1) },
      { ...(await newSupplier()), expiresAt: later(1_000) },
      { ...(await newSupplier()), expiresAt: later(0) },
    ];
    for (const token of [soon, late, gone, past]) await save(token);
    await revoke(gone);
    const { supplierId: supplier, name: tokenName, expiresAt } = soon;
    expect(await names([soon, late, gone, past])).toEqual([
      { supplier, tokenName, expiresAt, lastUsedOn: null },
    ]);
  });

  describe('is refused', () => {
    test('under a name that the supplier uses already, and the first keeps working', async () => {
      const token = await newSupplier();
      const first = await save(token);
      expect(await saveToken(store, 'second', { ...token, role: 'retailer' }, now)).toBe(false);
      expect(await authenticate('second')).toBeNull();
      expect(await authenticate(first)).toMatchObject({ role: 'supplier' });
      expect(await listingsOf(token)).toHaveLength(1);
    });

    test('when it is known already, and stays with its first owner', async () => {
      const [token, thief] = [await newSupplier(), await newSupplier()];
      const plain = await save(token);
      expect(await saveToken(store, plain, thief, now)).toBe(false);
      expect(await authenticate(plain)).toMatchObject({ supplierId: token.supplierId });
      expect(await listingsOf(thief)).toEqual([]);
    });

    test('for an unknown supplier, with an error', async () => {
      const stranger: NewToken = { ...(await newSupplier()), supplierId: 'nobody' };
      await expect(saveToken(store, 'of a stranger', stranger, now)).rejects.toThrow(/foreign key/i);
    });

    test('not under a name that only another supplier uses', async () => {
      const [one, two] = [await newSupplier(), await newSupplier()];
      expect(await authenticate(await save(one))).toMatchObject({ supplierId: one.supplierId });
      expect(await authenticate(await save(two))).toMatchObject({ supplierId: two.supplierId });
    });
  });

  test('is listed with all but itself, in the byte order of the names', async () => {
    const token = await newSupplier();
    const names = ['B', 'Zebra', 'a', 'apple', 'Äpfel', 'éclair', '日本', '\uff21', '😀'];
    const details = names.map((name, i): NewToken => {
      return { ...token, name, permissions: i % 2 ? ['view_items'] : [], expiresAt: i % 2 ? later(i) : null };
    });
    for (const one of details.toReversed()) await save(one);
    expect(await listingsOf(token)).toEqual(
      details.map((one) => ({
        ...one,
        supplierName: one.supplierId,
        id: createHash('sha256').update(tokenOf(one)).digest('hex').slice(0, 12),
        createdAt: now.toISOString(),
        ...{ revokedAt: null, previousId: null, previousUntil: null, lastUsedOn: null },
      })),
    );
  });

  test('is stored nowhere: neither in a table nor in a file', async () => {
    const plain = await save(await newSupplier());
    await authenticate(plain);
    const tables = await store.db.introspection.getTables();
    expect(tables.map(({ name }) => name)).toContain('token');
    const stored: unknown[] = [];
    for (const { name } of tables) {
      const { rows } = await sql`select * from ${sql.table(name)}`.execute(store.db);
      stored.push(...rows);
    }
    const dump = JSON.stringify(stored);
    expect(dump).toContain(createHash('sha256').update(plain).digest('hex'));
    expect(dump).not.toContain(plain);
    if (kind !== 'sqlite') return;
    const files = globSync(`${database.url.slice('sqlite:'.length)}*`);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(readFileSync(file).includes(plain)).toBe(false);
  });

  test('belongs to a supplier that is made once', async () => {
    const { supplierId } = await newSupplier();
    expect(await saveSupplier(store, supplierId, now)).toBe(false);
    expect(await saveSupplier(store, supplierId.toUpperCase(), now)).toBe(true);
  });
});
