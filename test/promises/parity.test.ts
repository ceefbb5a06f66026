/** Two doors, one set of rules: the same updates, sent through either, leave equal rows and meet equal refusals. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import type { Store } from '../../src/db/store/store.ts';
import { identifierKinds, MAX_IDENTIFIER_LENGTH, type IdentifierKind } from '../../src/domain/identifier.ts';
import { MAX_QUANTITY } from '../../src/domain/sku.ts';
import type { Problem } from '../../src/domain/refusal.ts';
import { catalog, openGateway, type Gateway, type GraphqlAnswer } from '../support/gateway.ts';
import { withoutAsOf } from '../support/rows.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const SEED = 20_261_101;
const UPDATES = 300;

/** An update in the words of the domain; null and a value out of range are for the doors to refuse or to take. */
interface Update {
  readonly kind: IdentifierKind;
  readonly value: string;
  readonly quantityInStock?: number | null;
  readonly quantityOnBackorder?: number | null;
  readonly restrictions?: 'discontd' | 'tmpunavail' | null;
  readonly backorderDate?: string | null;
}

/** What the legacy door answers where the GraphQL door says this. */
const statusOf: Record<Problem | 'APPLIED' | 'UNCHANGED' | 'BAD_USER_INPUT', number> = {
  APPLIED: 200,
  UNCHANGED: 200,
  BAD_USER_INPUT: 400,
  AS_OF_IN_FUTURE: 422,
  INVALID_IDENTIFIER: 404,
  SKU_NOT_FOUND: 404,
  AMBIGUOUS_IDENTIFIER: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  CHANGE_NOT_FOUND: 404,
  PRECONDITION_FAILED: 412,
  QUANTITY_BELOW_ZERO: 422,
  QUANTITY_TOO_LARGE: 422,
  ROLLED_BACK: 422,
};
/** What an update that asks for nothing else can be refused for. */
const refusedAlike = ['INVALID_IDENTIFIER', 'SKU_NOT_FOUND', 'AMBIGUOUS_IDENTIFIER'] as const;
type Verdict = keyof typeof statusOf;

const mutation = `mutation ($input: UpdateSkuInventoryInput!) {
  updateSkuInventory(input: $input) { outcome userErrors { code } }
}`;

async function sendGraphql(gateway: Gateway, { kind, value, ...changes }: Update): Promise<Verdict> {
  const { restrictions } = changes;
  const input = {
    identifier: { [kind]: value },
    ...changes,
    ...(restrictions && { restrictions: restrictions.toUpperCase() }),
  };
  const { body }: GraphqlAnswer = await gateway.graphql(mutation, { input });
  const payload = body.data?.updateSkuInventory;
  const verdict: unknown = payload
    ? (payload.userErrors[0]?.code ?? payload.outcome)
    : body.errors[0].extensions.code;
  if (!isVerdict(verdict)) throw new Error(`GraphQL answered ${JSON.stringify(body)}`);
  return verdict;
}

function isVerdict(word: unknown): word is Verdict {
  return typeof word === 'string' && Object.hasOwn(statusOf, word);
}

const legacyNames: Record<IdentifierKind, string> = {
  skuId: 'sku_id',
  upca: 'upca',
  ean13: 'ean13',
  gtin14: 'gtin14',
  isbn: 'isbn',
};

/** The status; undefined fields are left out by JSON. */
async function sendLegacy(gateway: Gateway, update: Update): Promise<number> {
  const response = await gateway.legacy({
    [legacyNames[update.kind]]: update.value,
    quantity_in_stock: update.quantityInStock,
    quantity_on_backorder: update.quantityOnBackorder,
    restrictions: update.restrictions,
    backorder_date: update.backorderDate,
  });
  return response.statusCode;
}

/** Random numbers, the same for the same seed: mulberry32 by Tommy Ettinger. */
function createRandom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const happens = (share: number) => next() < share;
  function pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(next() * from.length)];
    if (picked === undefined) throw new Error('There is nothing to pick from.');
    return picked;
  }
  return { happens, pick };
}
type Random = ReturnType<typeof createRandom>;

const extraSkus = [
  { skuId: 'Zoë 店 😀' },
  { skuId: '007' },
  { skuId: "O'Brien" },
  { skuId: 'w', isbn: '979-10-90636-07-1' },
];

/** Ids and codes of the catalog in several spellings, and some that are unknown, impossible or shared. */
const names: readonly (readonly [IdentifierKind, string])[] = [
  ...[...catalog, ...extraSkus].map(({ skuId }) => ['skuId', skuId] as const),
  ...identifierKinds.flatMap((kind) =>
    [
      '036000291452',
      '36000291452',
      '00036000291452',
      '036000291453',
      '4006381333931',
      '04006381333931',
      '14006381333938',
      '24006381333935',
      '978-0-306-40615-7',
      '9780306406157',
      '0-306-40615-2',
      '0306406152',
      '0306406153',
      '9791090636071',
      '5901234123457',
      'not a valid code',
      'NOT A VALID CODE',
      'rival-only',
      'unknown',
    ].map((value) => [kind, value] as const),
  ),
];

const malformed = ['', '  ', 'x'.repeat(MAX_IDENTIFIER_LENGTH + 1), 'nul\0l', 'half a \ud83d'];

function respell({ happens, pick }: Random, value: string): string {
  if (happens(0.03)) return pick(malformed);
  const spaced = happens(0.2) ? ` \t${value}\u00a0` : value;
  const split = happens(0.1)
    ? spaced.replace(/(\d{3})(\d{5})/, pick(['$1-$2', '$1 $2', '$1\u2013$2']))
    : spaced;
  return happens(0.1) ? split.replace(/\d/, '0$&') : split;
}

function draw(random: Random): Update {
  const { happens, pick } = random;
  const [kind, value] = pick(names);
  const quantity = () => {
    if (happens(0.01)) return pick([null, -1, MAX_QUANTITY + 1]);
    return pick([0, 0, 1, 2, 3, 10, MAX_QUANTITY]);
  };
  return {
    kind,
    value: respell(random, value),
    ...(happens(0.6) && { quantityInStock: quantity() }),
    ...(happens(0.4) && { quantityOnBackorder: quantity() }),
    ...(happens(0.4) && { restrictions: pick(['discontd', 'tmpunavail', null]) }),
    ...(happens(0.2) && { backorderDate: pick(['2026-11-30', '2027-01-15', null]) }),
  };
}

describeOnEachStore('the GraphQL door and the legacy door', (kind) => {
  let graphqlSide: Gateway;
  let legacySide: Gateway;

  beforeAll(async () => {
    graphqlSide = await openGateway(kind);
    legacySide = await openGateway(kind);
    const origin = { supplierId: 'acme', actor: 'seed' };
    for (const { store } of [graphqlSide, legacySide]) {
      await createCatalog(store, () => new Date()).save(origin, extraSkus);
    }
  });
  afterAll(async () => {
    await graphqlSide.close();
    await legacySide.close();
  });

  async function expectEqualRows() {
    const ofGraphql = await readRows(graphqlSide.store);
    const ofLegacy = await readRows(legacySide.store);
    expect(ofGraphql).toEqual(ofLegacy);
    return ofGraphql;
  }

  test(`give ${UPDATES} random updates (seed ${SEED}) equal answers, and leave equal rows`, async () => {
    const random = createRandom(SEED);
    const updates = Array.from({ length: UPDATES }, () => draw(random));
    const verdicts = new Map<Verdict, number>();
    for (const update of updates) {
      const verdict = await sendGraphql(graphqlSide, update);
      expect({ update, status: await sendLegacy(legacySide, update) }).toEqual({
        update,
        status: statusOf[verdict],
      });
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
    const { changes, skus } = await expectEqualRows();
    // The sample has some of everything, or equality would say little.
    const wanted = ['APPLIED', 'UNCHANGED', 'BAD_USER_INPUT', ...refusedAlike] as const;
    expect(wanted.filter((verdict) => (verdicts.get(verdict) ?? 0) < UPDATES / 50)).toEqual([]);
    expect(changes).toHaveLength(verdicts.get('APPLIED') ?? 0);
    expect(skus.filter(({ version }) => version > 0).length).toBeGreaterThan(5);
  });

  test.each<[what: string, change: Omit<Update, 'kind' | 'value'>, verdict: Verdict]>([
    ['a quantity in stock', { quantityInStock: 41 }, 'APPLIED'],
    ['the same again', { quantityInStock: 41 }, 'UNCHANGED'],
    ['a backorder date', { backorderDate: '2026-11-30' }, 'APPLIED'],
    ['a backorder date that is not in the calendar', { backorderDate: '2026-02-30' }, 'BAD_USER_INPUT'],
    ['a backorder date of null', { backorderDate: null }, 'APPLIED'],
    ['a quantity in stock of null', { quantityInStock: null }, 'BAD_USER_INPUT'],
    ['a quantity on backorder', { quantityOnBackorder: 42 }, 'APPLIED'],
    ['a quantity on backorder of null', { quantityOnBackorder: null }, 'BAD_USER_INPUT'],
    ['a restriction', { restrictions: 'tmpunavail' }, 'APPLIED'],
    ['another restriction', { restrictions: 'discontd' }, 'APPLIED'],
    ['a restriction of null', { restrictions: null }, 'APPLIED'],
    ['null once more', { restrictions: null }, 'UNCHANGED'],
    [
      'the largest quantities',
      { quantityInStock: MAX_QUANTITY, quantityOnBackorder: MAX_QUANTITY },
      'APPLIED',
    ],
    ['one more than the largest', { quantityInStock: MAX_QUANTITY + 1 }, 'BAD_USER_INPUT'],
    ['less than none', { quantityOnBackorder: -1 }, 'BAD_USER_INPUT'],
    ['a good value beside a bad one', { quantityInStock: 5, quantityOnBackorder: -1 }, 'BAD_USER_INPUT'],
    ['nothing', {}, 'BAD_USER_INPUT'],
  ])('agree on %s', async (_what, change, verdict) => {
    const update: Update = { kind: 'skuId', value: 'xkuOwSQ3utl', ...change };
    expect(await sendGraphql(graphqlSide, update)).toBe(verdict);
    expect(await sendLegacy(legacySide, update)).toBe(statusOf[verdict]);
    await expectEqualRows();
  });

  test.each([
    ['nothing', ''],
    ['a no-break space', '\u00a0'],
    ['an ideographic space', '\u3000'],
    ['a next-line character', '\u0085'],
    ['a unit separator, which Python takes for white space', '\x1f'],
    ['a byte order mark, which JavaScript takes for white space', '\ufeff'],
    ['a zero-width space, which is none', '\u200b'],
    ['the greatest length', 'x'.repeat(MAX_IDENTIFIER_LENGTH)],
    ['the greatest length in astral characters', '😀'.repeat(MAX_IDENTIFIER_LENGTH)],
    ['the greatest length within spaces', ` ${'x'.repeat(MAX_IDENTIFIER_LENGTH)} `],
    ['one character more', 'x'.repeat(MAX_IDENTIFIER_LENGTH + 1)],
    ['one astral character more', '😀'.repeat(MAX_IDENTIFIER_LENGTH + 1)],
    ['a null character', 'a\0b'],
    ['a lone surrogate', 'a\ud800'],
    ['a known skuId within unit separators', '\x1fxkuOwSQ3utl\x1e'],
    ['a known skuId behind a byte order mark', '\ufeffxkuOwSQ3utl'],
  ])('agree on an identifier of %s', async (_what, value) => {
    for (const idKind of identifierKinds) {
      const update: Update = { kind: idKind, value, quantityInStock: 6 };
      const status = await sendLegacy(legacySide, update);
      expect({ idKind, status: statusOf[await sendGraphql(graphqlSide, update)] }).toEqual({
        idKind,
        status,
      });
    }
    await expectEqualRows();
  });
});

/** All SKUs, and all changes, without what is bound to differ: the time, and through which door they came. */
async function readRows({ db }: Store) {
  const skus = await db.selectFrom('sku').selectAll().orderBy('supplier_id').orderBy('sku_id').execute();
  const changes = await db
    .selectFrom('inventory_change')
    .selectAll()
    .orderBy('supplier_id')
    .orderBy('position')
    .execute();
  return {
    skus: skus.map((row) => ({ ...withoutAsOf(row), updated_at: null })),
    changes: changes.map((row) => ({ ...row, changed_at: null, source: null })),
  };
}
