/** Plans what the clients send. The plan depends only on the seed, never on the gateway's answers. */
import { createRandom, type Random } from './random.ts';

export interface PlannedRow {
  readonly skuId: string;
  /** The quantity to set. For an adjustment, the amount to add. */
  readonly quantityInStock: number;
  /** Which part of the SKU's last known state the row has as its precondition. */
  readonly expects: 'NOTHING' | 'VERSION' | 'QUANTITY';
}

export interface Operation {
  /**
   * Unique. The log stores it with each change, so that the change's operation is known. GraphQL sends it as the reason, and REST as
   * the quantity on backorder. Every set writes it to the quantity on backorder, so that every set changes something.
   */
  readonly number: number;
  readonly client: number;
  readonly door: 'GRAPHQL' | 'REST';
  readonly kind: 'SET' | 'ADJUST' | 'BULK';
  readonly isAllOrNothing: boolean;
  readonly hasKey: boolean;
  readonly rows: readonly PlannedRow[];
}

export const CLIENTS = 24;
const SKUS = 60;
const MAX_BULK_ROWS = 25;
/** The most operations of a client in a cycle. With MAX_CYCLES it keeps all numbers within 32 bits. */
const MAX_OPERATIONS = 8_192;
export const MAX_CYCLES = 10_000;

/** A SKU that is not in the catalog, so its row is refused. */
export const MISSING_SKU = 'missing';
export const skuIds = Array.from({ length: SKUS }, (_, i) => `sku-${i}`);

/** Returns the nth operation of a client in a cycle. */
export function planOperation(seed: number, cycle: number, client: number, n: number): Operation {
  if (n >= MAX_OPERATIONS) throw new Error('A client sent more than there are numbers for.');
  const random = createRandom(seed, cycle, client, n);
  const door = random.chance(0.5) ? 'GRAPHQL' : 'REST';
  const kind = random.chance(0.25) ? 'BULK' : door === 'GRAPHQL' && random.chance(0.6) ? 'ADJUST' : 'SET';
  const isAllOrNothing = kind === 'BULK' && door === 'GRAPHQL' && random.chance(0.5);
  return {
    // Numbers start at 1, because a new SKU has 0 on backorder and a set must change it.
    number: (cycle * CLIENTS + client) * MAX_OPERATIONS + n + 1,
    client,
    door,
    kind,
    isAllOrNothing,
    hasKey: random.chance(0.6),
    rows: kind === 'BULK' ? planBulk(random, door) : [planRow(random, kind, door, randomSku(random))],
  };
}

function planBulk(random: Random, door: Operation['door']): PlannedRow[] {
  const first = random.below(SKUS);
  const length = 2 + random.below(MAX_BULK_ROWS - 1);
  // Refusals are rare, because one refused row rolls a whole all-or-nothing call back.
  const refused = random.chance(0.15) ? random.below(length) : -1;
  return Array.from({ length }, (_, i) => {
    const skuId = i === refused ? MISSING_SKU : `sku-${(first + i) % SKUS}`;
    const row = planRow(random, 'BULK', door, skuId);
    // Only the first row has a precondition. With one on each row, hardly any call would succeed.
    return i === 0 ? row : { ...row, expects: 'NOTHING' };
  });
}

/** A legacy request can only have the precondition If-Match, which is the version of one SKU. */
function planRow(
  random: Random,
  kind: Operation['kind'],
  door: Operation['door'],
  skuId: string,
): PlannedRow {
  const hasExpectation = random.chance(0.3) && (door === 'GRAPHQL' || kind === 'SET');
  const expects = !hasExpectation
    ? 'NOTHING'
    : door === 'REST' || random.chance(0.7)
      ? 'VERSION'
      : 'QUANTITY';
  const amount = random.below(100);
  return { skuId, expects, quantityInStock: kind === 'ADJUST' ? amount - (amount < 60 ? 60 : 59) : amount };
}

/** Prefers three SKUs, so that clients compete for them. */
function randomSku(random: Random): string {
  return `sku-${random.chance(0.3) ? random.below(3) : random.below(SKUS)}`;
}
