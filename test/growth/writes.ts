/** Ways in which clients make changes, each as a transaction of the product's writer. */
import { randomUUID } from 'node:crypto';
import type { StoreWriter } from '../../src/db/commit/writer.ts';
import type { UpdateRequest } from '../../src/domain/update.ts';
import { requestOf, setSku } from '../support/requests.ts';
import { indices } from '../support/range.ts';

export const SUPPLIER = 'acme';
/** Changes go round all SKUs, in an order that is no order of their IDs. */
export const SKUS = 100_000;
const STEP = 61_803;
/** Small updates that share a commit: about so many do when 64 clients send them as fast as they are answered. */
const SHARED = 30;
const BULK_ROWS = 1_000;
/** Rows of a file that are saved in one transaction, and rows of the whole file. */
const PART_ROWS = 100;
const FILE_ROWS = 10_000;

/** Commits some changes, and resolves to how many. `at`: how many were made before. */
export type Write = (writer: StoreWriter, at: number, now: string) => Promise<number>;

export const writes: Readonly<Record<string, Write>> = {
  'single updates': (writer, at, now) => commit(writer, now, singles(at)),
  'single updates with keys': (writer, at, now) =>
    commit(
      writer,
      now,
      singles(at).map((request) => ({ ...request, idempotencyKey: randomUUID() })),
    ),
  'bulk calls of 1,000 rows': (writer, at, now) => commit(writer, now, [bulk(at)]),
  'bulk calls of 1,000 rows with keys': (writer, at, now) =>
    commit(writer, now, [{ ...bulk(at), idempotencyKey: randomUUID() }]),
  'catalog files of 10,000 rows': async (writer, at, now) => {
    const groupId = `00000000-0000-4000-8000-${String(Math.floor(at / FILE_ROWS)).padStart(12, '0')}`;
    const rows = indices(PART_ROWS).map((i) => ({
      skuId: skuIdAt(at + i),
      quantityInStock: quantityAt(at + i),
    }));
    const { counts } = await writer.save(
      { origin: { supplierId: SUPPLIER, actor: 'import', groupId }, rows },
      now,
    );
    return counts.changes;
  },
};

async function commit(writer: StoreWriter, now: string, requests: readonly UpdateRequest[]): Promise<number> {
  const answers = await writer.commit(requests, now);
  const results = answers.flatMap((answer) => ('results' in answer ? answer.results : []));
  // What is left unchanged takes room too, which would count for the changes.
  if (results.some(({ outcome }) => outcome !== 'APPLIED')) throw new Error('An update made no change.');
  return results.length;
}

const origin = { supplierId: SUPPLIER, actor: 'dashboard', source: 'GRAPHQL' } as const;
const rowAt = (at: number) => setSku(skuIdAt(at), { quantityInStock: quantityAt(at) });

function singles(at: number): UpdateRequest[] {
  return indices(SHARED).map((i) => requestOf(origin, [rowAt(at + i)]));
}

function bulk(at: number): UpdateRequest {
  const rows = indices(BULK_ROWS).map((i) => rowAt(at + i));
  const reason = 'Stock count of week 48 in the northern warehouse';
  return requestOf(origin, rows, { operation: 'bulkUpdateSkuInventory', groupId: randomUUID(), reason });
}

export function skuIdAt(at: number): string {
  return `sku-${String((at * STEP) % SKUS).padStart(7, '0')}`;
}

/** Numbers that follow no order, so that they compress as little as real ones. None is what the SKU had before. */
function quantityAt(at: number): number {
  const round = Math.floor(at / SKUS);
  return 1 + (round % 2) * 2_500 + ((Math.imul(at + 1, 2_654_435_761) >>> 8) % 2_500);
}
