/** A server that cannot be connected to is not asked once for each request: its attempts would keep it from coming back. */
import type { Pool } from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { HostPool } from '../../../src/db/driver/postgres/host-pool.ts';
import { createHosts } from '../../../src/db/driver/postgres/hosts.ts';
import { readConnectionSettings } from '../../../src/db/driver/postgres/connection-settings.ts';
import { shareKnownPrimary } from '../../../src/db/driver/postgres/known-primary.ts';
import { range } from '../../support/range.ts';

const URL = 'postgres://somewhere/stock';
afterEach(() => vi.restoreAllMocks());

test('callers share a failure for a quarter of a second', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  const connect = vi.fn<() => Promise<never>>(() => Promise.reject(new Error('refused')));
  // Only this is used of a pool that never connects.
  const closed = { connect, on: () => undefined, end: () => Promise.resolve() } as unknown as Pool;
  const pool = new HostPool(createHosts(URL, readConnectionSettings(URL)), () => closed);
  for (const attempts of [1, 2]) {
    for (const _ of range(50)) await expect(pool.connect()).rejects.toThrow('refused');
    expect(connect).toHaveBeenCalledTimes(attempts);
    now.mockReturnValue(1_000 + attempts * 251);
  }
});

test('what was wrong is forgotten once a server is chosen that another thread has found', async () => {
  const url = 'postgres://127.0.0.1:1,127.0.0.1:2/stock?target_session_attrs=read-write';
  const hosts = createHosts(url, readConnectionSettings(url));
  const chosen = hosts.choose();
  await vi.waitFor(() => expect(hosts.problem()?.code).toBe('NO_PRIMARY'), { timeout: 20_000 });
  shareKnownPrimary(url).learn({ index: 1, timeline: 3 });
  expect((await chosen).server.name).toBe('127.0.0.1:2');
  expect(hosts.problem()).toBeNull();
  hosts.close();
});
