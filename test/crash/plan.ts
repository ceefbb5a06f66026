/** What the clients send: a plan that depends on the seed alone, and on nothing that the gateway answers. */
import { createRandom, type Random } from './random.ts';

export interface PlannedRow {
  readonly skuId: string;
  /** What is set; of an adjustment, by how much it changes. */
  readonly quantityInStock: number;
  /** What the client asks to hold: what it saw last of the SKU. */
  readonly expects: 'NOTHING' | 'VERSION' | 'QUANTITY';
}

export interface Operation {
  /**
   * Its own. A set puts it into the quantity on backorder, so that every set changes something, and an operation through GraphQL
   * gives it as its reason: each change in the log says which operation made it.
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
/** What a client can send in a cycle at most, and cycles at most: numbers fit an integer. */
const MAX_OPERATIONS = 8_192;
export const MAX_CYCLES = 10_000;

/** A SKU that is not in the catalog: its row is refused. */
export const MISSING_SKU = 'missing';
export const skuIds = Array.from({ length: SKUS }, (_, i) => `sku-${i}`);

/** A client's nth operation in a cycle. */
export function planOperation(seed: number, cycle: number, client: number, n: number): Operation {
  if (n >= MAX_OPERATIONS) throw new Error('A client sent more than there are numbers for.');
  const random = createRandom(seed, cycle, client, n);
  const door = random.chance(0.5) ? 'GRAPHQL' : 'REST';
  const kind = random.chance(0.25) ? 'BULK' : door === 'GRAPHQL' && random.chance(0.6) ? 'ADJUST' : 'SET';
  const isAllOrNothing = kind === 'BULK' && door === 'GRAPHQL' && random.chance(0.5);
  return {
    // From 1: nothing on backorder is what a SKU begins with.
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
  // Few rows of few calls are refused: an all-or-nothing call with one of them is undone as a whole.
  const refused = random.chance(0.15) ? random.below(length) : -1;
  return Array.from({ length }, (_, i) => {
    const skuId = i === refused ? MISSING_SKU : `sku-${(first + i) % SKUS}`;
    const row = planRow(random, 'BULK', door, skuId);
    // With a precondition on each row hardly any call would go through.
    return i === 0 ? row : { ...row, expects: 'NOTHING' };
  });
}

/** The legacy door's one precondition is If-Match, which names one SKU's version. */
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

/** Some SKUs are everybody's. */
function randomSku(random: Random): string {
  return `sku-${random.chance(0.3) ? random.below(3) : random.below(SKUS)}`;
}
