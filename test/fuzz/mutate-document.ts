/** Mutations of GraphQL documents: moved tokens, many aliases, depth, fragment cycles, directives, odd literals. */
import type { Random } from './random.ts';

const token = /"""[^]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[\w.-]+|[^\s\w]/g;

const repeat = (count: number, part: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');
const within = (levels: number, field: string, inner: string) =>
  `${`${field} { `.repeat(levels)}${inner}${' }'.repeat(levels)}`;

/** Text to insert in place of a selection, a value or a definition. It may be valid there or not. */
const pieces: readonly ((random: Random) => string)[] = [
  ({ pick }) =>
    pick(['@include(if: false)', '@skip(if: $x)', '@defer', '@stream', '@oneOf', '@include', '@é']),
  ({ pick }) =>
    pick([
      'query',
      'mutation',
      'subscription',
      'fragment',
      'on',
      'null',
      'true',
      '__typename',
      '$x',
      '!',
      '|',
    ]),
  ({ pick }) =>
    pick(['{', '}', '(', ')', '[', ']', '...', ':', '&', '\\', '#', '"', '"""', '\ufeff', '\0', ';']),
  ({ pick }) =>
    pick([
      '1e999',
      '-0',
      '0x1',
      '00',
      '99999999999999999999',
      '1.',
      '-2147483649',
      '2147483648',
      '1_000',
      '.5',
    ]),
  ({ pick }) =>
    pick([
      '"\\ud800"',
      '"\\u{110000}"',
      '"\\u{1F600}"',
      '"\\u0000"',
      '"""\n  a\n """',
      '""',
      `"${'a'.repeat(2_000)}"`,
    ]),
  ({ pick }) =>
    pick([
      '{}',
      '[]',
      '{a: {a: {a: 1}}}',
      '{__proto__: {a: 1}}',
      '{constructor: 1}',
      '[[[[]]]]',
      '{skuId: "a", upca: "1"}',
    ]),
  ({ pick }) =>
    pick([
      '...F',
      '... on Sku { skuId }',
      '... { __typename }',
      '... on Node { id }',
      '... on UserError { code }',
    ]),
  ({ pick }) =>
    pick([
      'fragment F on Query { ...F }',
      'fragment F on Sku { ...G } fragment G on Sku { ...F }',
      'query Other { __typename }',
      'fragment F on Sku { inventoryChanges(first: 100) { nodes { sku { skuId } } } }',
      'type Sku { a: Int }',
    ]),
  ({ below }) => repeat(below(90), (i) => `a${i}: __typename`),
  ({ below }) => repeat(below(90), (i) => `a${i}: skuId @include(if: true)`),
  ({ below }) => within(below(40), 'inventoryChanges(first: 100) { nodes { sku', 'id }}'),
  ({ below }) => within(below(40), 'ofType', 'name'),
  ({ below }) => `__type(name: "Sku") { ${within(below(25), 'fields { type', 'name }')} }`,
  ({ below }) => repeat(below(400), () => '...F'),
  ({ pick }) =>
    pick(['node(id: "U2t1OnNoYXJlZA==") { id }', 'node(id: "Og==") { id }', 'node(id: "") { __typename }']),
  ({ pick }) =>
    pick([
      'skus(first: 100, filter: {search: "%"}) { totalCount nodes { skuId } }',
      'skus(first: 0) { totalCount }',
      'inventoryChanges(after: "WzFd") { nodes { id } }',
      'sku(by: {isbn: "9780306406157"}) { skuId }',
    ]),
];

/** Returns a mutated document, which is probably invalid. Some mutations take tokens from `other`. */
export function mutateDocument(document: string, other: string, random: Random): string {
  const tokens = document.match(token) ?? [];
  if (tokens.length === 0) return random.pick(pieces)(random);
  const at = random.below(tokens.length);
  const piece = random.pick(pieces)(random);
  const borrowed = (other.match(token) ?? []).slice(random.below(20));
  const from = random.below(tokens.length);
  const run = tokens.slice(from, from + 1 + random.below(12));
  const changed = [
    () => tokens.toSpliced(at, 0, piece),
    () => tokens.toSpliced(at, 0, piece),
    () => tokens.toSpliced(at, 1, piece),
    () => tokens.toSpliced(at, 1),
    () => tokens.toSpliced(at, 0, ...run),
    () => tokens.toSpliced(from, run.length),
    () => [...tokens, piece],
    () => [...tokens.slice(0, at), ...borrowed],
    () => [...tokens, other],
    () => Array.from({ length: 1 + random.below(30) }, () => tokens).flat(),
  ];
  return random.pick(changed)().join(' ');
}
