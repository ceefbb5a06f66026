/** The promises of a session of the board in the store: it ends with its token, when it is ended, and after 12 hours; and no secret is stored. */
import { hash } from 'node:crypto';
import type { KyselyPlugin } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSessions } from '../../src/db/board-sessions.ts';
import { deleteSupplier } from '../../src/db/catalog/delete-supplier.ts';
import { createWriteAccess, type AccessWrite } from '../../src/db/access/write-access.ts';
import { MAX_SESSIONS } from '../../src/db/access/write-session.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { createFindCaller } from '../../src/db/authenticate.ts';
import { listTokens, revokeToken, saveToken } from '../../src/db/tokens.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describeOnEachStore('a session', (kind) => {
  let database: Awaited<ReturnType<typeof openTestStore>>;
  let writes: AccessWrite[];
  let now = Date.parse('2026-11-29T08:00:00.000Z');
  let ticks = 0;
  let trouble: Error | undefined;
  const clock = () => new Date(now);
  const monotonic = () => ticks;
  let written: Promise<unknown> = Promise.resolve();
  let count = 0;

  beforeAll(async () => (database = await openTestStore(kind)));
  afterAll(() => database.remove());
  beforeEach(() => {
    writes = [];
    trouble = undefined;
  });

  /** A gateway's part: several on one store see each other's sessions. */
  function open(store: Store = database.store) {
    const write = createWriteAccess(database.store);
    return createSessions({
      ...{ store, clock, monotonic },
      findCaller: createFindCaller(database.store, clock, { monotonic }),
      write: (what) => {
        writes.push(what);
        const writing = trouble ? Promise.reject(trouble) : write(what);
        writing.catch(() => undefined);
        written = writing;
        return writing;
      },
    });
  }

  /** A supplier with one token, and a session of it. */
  async function signIn(sessions = open(), expiresAt: string | null = null) {
    const supplierId = `supplier-${++count}`;
    const token = `token-${count}`;
    await saveSupplier(database.store, supplierId, clock());
    await saveToken(
      database.store,
      token,
      { supplierId, name: 'desk', role: 'supplier', permissions: ['view_items'], expiresAt },
      clock(),
    );
    const caller = await createFindCaller(database.store, clock)(hash('sha256', token, 'hex'));
    if (!caller) throw new Error('The token is not good.');
    const begin = async () => (await sessions.begin(token, caller, [])) ?? '';
    return { sessions, token, caller, begin, secret: await begin() };
  }

  /** Past the moment for which rows are kept in memory, when the last write is done. */
  const later = async () => {
    await written.catch(() => undefined);
    ticks += 2_000;
  };
  const rows = () => database.store.db.selectFrom('board_session').selectAll().execute();

  test('is found by its secret, which has 256 bits and is stored as SHA-256 alone', async () => {
    const { sessions, secret, caller, token } = await signIn();
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(await sessions.use(secret)).toEqual(caller);
    expect(await sessions.use(`${secret}x`)).toBeNull();
    const stored = JSON.stringify(await rows());
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(token);
    expect(stored).toContain(hash('sha256', secret, 'hex'));
  });

  test('costs no query and no write while it is busy', async () => {
    const { sessions, secret } = await signIn();
    await sessions.use(secret);
    await database.store.db.deleteFrom('board_session').execute();
    expect(await sessions.use(secret)).not.toBeNull();
    await later();
    expect(await sessions.use(secret)).toBeNull();
    expect(writes.filter((write) => 'use' in write)).toEqual([]);
  });

  test('ends at once where it is ended, and within two seconds elsewhere', async () => {
    const { sessions, secret } = await signIn();
    const elsewhere = open();
    await elsewhere.use(secret);
    await sessions.use(secret);
    await sessions.end([secret]);
    expect(await sessions.use(secret)).toBeNull();
    await later();
    expect(await elsewhere.use(secret)).toBeNull();
  });

  test('ends although another request has read its row, and answers later', async () => {
    const { secret } = await signIn();
    const read = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        read.resolve();
        await goOn.promise;
        return result;
      },
    };
    const { store } = database;
    const sessions = open({ ...store, points: store.points.withPlugin(slow) });
    const lookingUp = sessions.use(secret);
    await read.promise;
    await sessions.end([secret]);
    goOn.resolve();
    expect(await lookingUp).not.toBeNull();
    expect(await sessions.use(secret)).toBeNull();
  });

  test('ends with its token: revoked, or expired', async () => {
    const revoked = await signIn();
    const tokens = await listTokens(database.store);
    const id = tokens.find(({ supplierId }) => supplierId === revoked.caller.supplierId)?.id ?? '';
    await revoked.sessions.use(revoked.secret);
    await revokeToken(database.store, id, clock());
    await later();
    expect(await revoked.sessions.use(revoked.secret)).toBeNull();
    const expiring = await signIn(open(), new Date(now + HOUR_MS).toISOString());
    expect(await expiring.sessions.use(expiring.secret)).not.toBeNull();
    now += HOUR_MS;
    expect(await expiring.sessions.use(expiring.secret)).toBeNull();
  });

  test('ends after 12 hours without use; a use is written every ten minutes at most', async () => {
    const { sessions, secret } = await signIn();
    for (const _ of range(30)) {
      now += 30 * MINUTE_MS;
      await later();
      expect(await sessions.use(secret)).not.toBeNull();
    }
    expect(writes.filter((write) => 'use' in write)).toHaveLength(30);
    now += 9 * MINUTE_MS;
    await later();
    await sessions.use(secret);
    expect(writes.filter((write) => 'use' in write)).toHaveLength(30);
    now += 12 * HOUR_MS;
    // It is still kept in memory.
    expect(await sessions.use(secret)).toBeNull();
    await later();
    expect(await sessions.use(secret)).toBeNull();
  });

  test('is not prolonged by a check, as of a live stream', async () => {
    const { sessions, secret } = await signIn();
    now += 11 * HOUR_MS;
    await later();
    expect(await sessions.check(secret)).not.toBeNull();
    now += HOUR_MS;
    await later();
    expect(await sessions.check(secret)).toBeNull();
    expect(writes.some((write) => 'use' in write)).toBe(false);
  });

  test('is prolonged by 12 hours at most if the clock is set back', async () => {
    const { sessions, secret } = await signIn();
    const unused = await signIn();
    now -= 11 * HOUR_MS;
    await later();
    expect(await sessions.use(secret)).not.toBeNull();
    now -= HOUR_MS;
    await later();
    // Its use is written with the new time, so it goes on.
    await expect.poll(() => sessions.use(secret)).not.toBeNull();
    expect(await unused.sessions.use(unused.secret)).toBeNull();
    now += 12 * HOUR_MS;
  });

  test('goes on while its use cannot be written', async () => {
    const { sessions, secret } = await signIn();
    trouble = new UnavailableError('STORE_UNAVAILABLE');
    for (const _ of range(3)) {
      now += 10 * MINUTE_MS;
      await later();
      expect(await sessions.use(secret)).not.toBeNull();
    }
    await expect(sessions.end([secret])).rejects.toBe(trouble);
  });

  test(`is one of ${MAX_SESSIONS} of its token: a new one ends the one that was not used for longest`, async () => {
    const { sessions, secret, begin } = await signIn();
    const others: string[] = [];
    for (const _ of range(MAX_SESSIONS - 1)) {
      now += 1_000;
      others.push(await begin());
    }
    now += 10 * MINUTE_MS;
    await later();
    expect(await sessions.use(secret)).not.toBeNull();
    // The use is written beside the request, and a session that is being written is not ended.
    await later();
    const [oldest = '', ...rest] = others;
    await begin();
    await later();
    expect(await sessions.use(oldest)).toBeNull();
    for (const kept of [secret, ...rest]) expect(await sessions.use(kept)).not.toBeNull();
    const foreign = await signIn();
    expect(await foreign.sessions.use(foreign.secret)).not.toBeNull();
  });

  test('begins although thousands begin: rows stay few', async () => {
    const { begin, caller } = await signIn();
    for (const _ of range(20)) await Promise.all(range(10).map(begin));
    await begin();
    const own = (await rows()).filter(({ supplier_id }) => supplier_id === caller.supplierId);
    // On PostgreSQL sign-ins of the same moment do not see each other.
    expect(own.length).toBeLessThanOrEqual(MAX_SESSIONS);
  });

  test('ends when another takes its place, and what has ended is removed by the next sign-in', async () => {
    const { sessions, secret, token, caller } = await signIn();
    const next = (await sessions.begin(token, caller, [secret, 'unknown'])) ?? '';
    expect(await sessions.use(secret)).toBeNull();
    expect(await sessions.use(next)).not.toBeNull();
    now += 12 * HOUR_MS;
    await signIn();
    expect(await rows()).toHaveLength(1);
  });

  test('goes with its supplier, and none begins while that is deleted', async () => {
    const { sessions, secret, token, caller } = await signIn();
    await deleteSupplier(database.store, caller.supplierId, clock());
    await later();
    expect(await sessions.use(secret)).toBeNull();
    expect((await rows()).filter(({ supplier_id }) => supplier_id === caller.supplierId)).toEqual([]);
    expect(await sessions.begin(token, caller, [])).toBeNull();
  });
});
