/** A catalog is saved by the writer in parts: updates are committed in between, and its parts are counted like updates. */
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommitSummary } from '../../src/db/commit/observe-commits.ts';
import { PART_ROWS, saveInParts } from '../../src/db/commit/save-in-parts.ts';
import { connectWriter } from '../../src/db/commit/writer-client.ts';
import type { CatalogRow, SaveCounts } from '../../src/domain/catalog.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { setSku, updateFor } from '../support/requests.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const PARTS = 30;
const rows = (count: number): CatalogRow[] =>
  range(count).map((n) => ({ skuId: `imported-${n}`, title: `Number ${n}`, quantityInStock: n }));
const origin = { supplierId: 'acme', actor: 'import skus' };
const isPart = ({ outcomes }: CommitSummary) => outcomes.some(([source]) => source === 'IMPORT');

describeOnEachStore('a catalog in a running gateway', (kind) => {
  let gateway: Gateway;
  let commits: CommitSummary[];
  /** Called after each commit. */
  let hear: (commit: CommitSummary) => void;
  beforeEach(async () => {
    gateway = await openGateway(kind);
    commits = [];
    hear = () => undefined;
    gateway.inventory.observe({
      committed: (commit) => {
        commits.push(commit);
        hear(commit);
      },
      failed: () => undefined,
    });
  });
  afterEach(() => gateway.close());

  test.each([
    ['the same supplier', 'acme', 'EACH'],
    ['another supplier', 'rival', 'rival-only'],
  ])('an update of %s is committed between two of its parts', async (_name, supplierId, skuId) => {
    const asked = Promise.withResolvers<unknown>();
    hear = (commit) => {
      if (!isPart(commit) || commits.length > 1) return;
      const update = setSku(skuId, { quantityInStock: 4_321 });
      updateFor(gateway.inventory, { supplierId, actor: 'test', source: 'GRAPHQL' }, [update]).then(
        asked.resolve,
        asked.reject,
      );
    };
    const saved = gateway.catalog.save(origin, rows(PARTS * PART_ROWS));
    expect(await asked.promise).toMatchObject([{ outcome: 'APPLIED' }]);
    expect(await saved).toEqual({ created: PARTS * PART_ROWS, updated: 0, unchanged: 0, changes: 0 });
    await expect.poll(() => commits.length).toBe(PARTS + 1);
    const update = commits.findIndex((commit) => !isPart(commit));
    expect(update).toBeGreaterThan(0);
    // The part that is under way may still come before it.
    expect(update).toBeLessThanOrEqual(3);
    expect(commits[update]?.rows).toBe(1);
  });

  test('an update does not wait behind the rows of its supplier that a feed has sent before', async () => {
    const asked = Promise.withResolvers<unknown>();
    const isFeed = ({ outcomes }: CommitSummary) => outcomes.some(([source]) => source === 'FEED');
    hear = (commit) => {
      if (!isFeed(commit) || commits.length > 1) return;
      const update = setSku('EACH', { quantityInStock: 4_321 });
      updateFor(gateway.inventory, { supplierId: 'acme', actor: 'test', source: 'GRAPHQL' }, [update]).then(
        asked.resolve,
        asked.reject,
      );
    };
    const feedOrigin = { supplierId: 'acme', actor: 'feed', source: 'FEED' } as const;
    const feed = updateFor(
      gateway.inventory,
      feedOrigin,
      range(4_000).map((n) => setSku('shared', { quantityInStock: n })),
    );
    expect(await asked.promise).toMatchObject([{ outcome: 'APPLIED' }]);
    const update = commits.findIndex((commit) => !isFeed(commit));
    expect(await feed).toHaveLength(4_000);
    // It has a transaction without any of the feed's rows, and few of those come before it.
    expect(update).toBeGreaterThan(0);
    expect(update).toBeLessThanOrEqual(3);
  });

  test('its parts are bounded, counted by outcome, and told to those who follow the log', async () => {
    const before = rows(PART_ROWS + 1);
    await gateway.catalog.save(origin, before);
    const seen = gateway.inventory.untilPast('acme', 0, AbortSignal.timeout(20_000));
    const changed = before.map((row, i) => (i === 0 ? { ...row, quantityInStock: 9_999 } : row));
    expect(await gateway.catalog.save(origin, changed)).toEqual({
      created: 0,
      updated: 1,
      unchanged: PART_ROWS,
      changes: 1,
    });
    await seen;
    await expect.poll(() => commits.length).toBe(4);
    expect(commits).toMatchObject([
      {
        rows: PART_ROWS,
        positions: [],
        outcomes: [
          ['IMPORT', 'APPLIED', PART_ROWS],
          ['IMPORT', 'UNCHANGED', 0],
        ],
      },
      { rows: 1, positions: [] },
      {
        rows: PART_ROWS,
        positions: [['acme', 1]],
        outcomes: [
          ['IMPORT', 'APPLIED', 1],
          ['IMPORT', 'UNCHANGED', PART_ROWS - 1],
        ],
      },
      {
        rows: 1,
        positions: [],
        outcomes: [
          ['IMPORT', 'APPLIED', 0],
          ['IMPORT', 'UNCHANGED', 1],
        ],
      },
    ]);
  });

  test('callers in several threads save at the same time, and each is answered', async () => {
    const side = connectWriter(kind, gateway.inventory.connect(), () => new Date());
    const all = rows(5 * PART_ROWS);
    const [mine, theirs] = await Promise.all([
      gateway.catalog.save(origin, all),
      side.catalog.save({ ...origin, supplierId: 'rival' }, all),
    ]);
    expect([mine.created, theirs.created]).toEqual([all.length, all.length]);
    await side.close();
  });
});

describe('parts', () => {
  const counts: SaveCounts = { created: 1, updated: 2, unchanged: 3, changes: 4 };
  const overloaded = new UnavailableError('OVERLOADED');

  test('follow one another in order, and their counts are added', async () => {
    const sizes: number[] = [];
    const total = await saveInParts(rows(2 * PART_ROWS + 1), (part) => {
      sizes.push(part.length);
      return Promise.resolve(counts);
    });
    expect(sizes).toEqual([PART_ROWS, PART_ROWS, 1]);
    expect(total).toEqual({ created: 3, updated: 6, unchanged: 9, changes: 12 });
  });

  test('that are refused because too much waits are sent again', async () => {
    const tried: (string | undefined)[] = [];
    await saveInParts(rows(PART_ROWS + 1), ([first]) => {
      tried.push(first?.skuId);
      return tried.length === 2 ? Promise.reject(overloaded) : Promise.resolve(counts);
    });
    expect(tried).toEqual(['imported-1', `imported-${PART_ROWS + 1}`, `imported-${PART_ROWS + 1}`]);
  });

  test('end with the first that fails', async () => {
    let tried = 0;
    const failure = new UnavailableError('STORE_UNAVAILABLE');
    const saved = saveInParts(rows(PARTS * PART_ROWS), () =>
      ++tried === 2 ? Promise.reject(failure) : Promise.resolve(counts),
    );
    await expect(saved).rejects.toBe(failure);
    expect(tried).toBe(2);
  });

  test('to a thread that has ended are refused', async () => {
    const { port1, port2 } = new MessageChannel();
    const writer = connectWriter('sqlite', port2, () => new Date());
    port1.close();
    await expect(writer.catalog.save(origin, rows(1))).rejects.toBeInstanceOf(UnavailableError);
  });
});
