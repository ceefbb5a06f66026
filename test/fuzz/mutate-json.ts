/** Mutations of JSON text that keep it valid JSON: other types, odd numbers, depth, repeated and strange keys. */
import type { Random } from './random.ts';

/** A JSON value. Unlike a parsed one, it can repeat keys, and it keeps the spelling of its scalars. */
type Tree =
  { readonly text: string } | { readonly items: Tree[] } | { readonly members: [key: string, value: Tree][] };

const strangeTexts = [
  ...['null', 'true', 'false', '""', '[]', '{}', '[null]', '"x"', '"  "', '"null"', '"1"', '"١"'],
  ...['0', '-0', '-1', '1', '1.0', '1e0', '0.5', '2147483647', '2147483648', '-2147483649'],
  ...['9007199254740993', '1e400', '-1e400', '1e-400', '12345678901234567890', '9'.repeat(5_000)],
  ...['"\\ud800"', '"\\udc00\\ud800"', '"a\\u0000b"', '"\\u202e"', '"🙂"', '"\ufeff"', '"İ"', '"ﬁ"'],
  ...[
    `"${'a'.repeat(300)}"`,
    `"${'é'.repeat(70_000)}"`,
    `"'; drop table sku; --"`,
    '"%s%n"',
    '"\\\\"',
    '"*"',
  ],
  ...['"shared"', '"036000291452"', '"9780306406157"', '"U2t1OnNoYXJlZA=="', '"WzFd"', '"WzFlOTld"'],
  ...[
    '"discontd"',
    '"DISCONTD"',
    '"2026-11-01T09:30:00Z"',
    '"9999999-01-01"',
    '["1","1","2"]',
    '{"skuId":"shared"}',
  ],
];
const strangeKeys = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON', 'length', ''],
  ...[
    'a\0b',
    '\ud800',
    '🙂',
    'sku_id',
    'skuId',
    'upca',
    'quantity_in_stock',
    'quantityInStock',
    'restrictions',
  ],
  ...['query', 'variables', 'operationName', 'extensions', 'input', 'expected', 'idempotencyKey', 'dryRun'],
];

/** Returns mutated JSON, or undefined if `text` is not JSON. */
export function mutateJson(text: string, random: Random): string | undefined {
  const parsed = parseJson(text);
  if (parsed === undefined) return undefined;
  const tree = toTree(parsed);
  const holders = [...holdersIn(tree)];
  const holder = holders.length > 0 ? random.pick(holders) : undefined;
  if (!holder || random.oneIn(20)) return print(strangeTree(random));
  if ('items' in holder) changeItems(holder.items, random);
  else changeMembers(holder.members, random);
  return print(tree);
}

function changeItems(items: Tree[], random: Random): void {
  const at = random.below(items.length + 1);
  const item = items[at] ?? strangeTree(random);
  const change = random.below(4);
  if (change === 0) items.splice(at, 1);
  else if (change === 1) items.splice(at, 0, strangeTree(random));
  else if (change === 2) items.splice(at, 1, strangeTree(random));
  else for (let i = random.below(40); i >= 0; i--) items.push(item);
}

function changeMembers(members: [string, Tree][], random: Random): void {
  const at = random.below(members.length + 1);
  const [key, value] = members[at] ?? [random.pick(strangeKeys), strangeTree(random)];
  const change = random.below(6);
  if (change === 0) members.splice(at, 1);
  else if (change === 1) members.splice(at, 0, [random.pick(strangeKeys), strangeTree(random)]);
  else if (change === 2) members.splice(at, 0, [key, strangeTree(random)]);
  else if (change === 3) members.splice(at, 1, [random.pick(strangeKeys), value]);
  else members.splice(at, 1, [key, strangeTree(random)]);
}

function strangeTree(random: Random): Tree {
  if (!random.oneIn(12)) return { text: random.pick(strangeTexts) };
  const depth = random.pick([5, 50, 899, 1_000, 20_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"__proto__":', '}'],
  ] as const);
  return { text: `${open.repeat(depth)}1${close.repeat(depth)}` };
}

function toTree(value: unknown): Tree {
  if (Array.isArray(value)) return { items: value.map(toTree) };
  if (typeof value !== 'object' || value === null) return { text: JSON.stringify(value) };
  return { members: Object.entries(value).map(([key, inner]) => [key, toTree(inner)]) };
}

type Holder = Exclude<Tree, { readonly text: string }>;

function* holdersIn(tree: Tree): Generator<Holder> {
  if ('text' in tree) return;
  yield tree;
  for (const inner of 'items' in tree ? tree.items : tree.members.map(([, value]) => value)) {
    yield* holdersIn(inner);
  }
}

function print(tree: Tree): string {
  if ('text' in tree) return tree.text;
  if ('items' in tree) return `[${tree.items.map(print).join(',')}]`;
  return `{${tree.members.map(([key, value]) => `${JSON.stringify(key)}:${print(value)}`).join(',')}}`;
}

/** Returns undefined for text that is not JSON, or that is too long or too deep to mutate. */
export function parseJson(text: string): unknown {
  if (text.length > 50_000 || text.replaceAll(/[^[{]/g, '').length > 2_000) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
