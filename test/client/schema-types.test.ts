/** The client's types are those of schema.graphql, and its operations fit it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaTypes } from '../../packages/client/write-schema-types.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const schema = read('../../schema.graphql');

test('they are those of the schema as it is', async () => {
  expect(await schemaTypes(schema)).toBe(read('../../packages/client/src/schema-types.ts'));
});

test.each([
  ['another type of a field', '  version: Int!\n', '  version: String!\n'],
  ['a field that may be null', '  skuId: String!\n', '  skuId: String\n'],
  ['a value of an enum', '  BACKORDER\n', '  ON_ITS_WAY\n'],
  ['a field of an input', '  quantityInStockDelta: Int\n', '  delta: Int\n'],
])('a schema with %s gives other types', async (_what, before, after) => {
  expect(schema).toContain(before);
  expect(await schemaTypes(schema.replaceAll(before, after))).not.toBe(await schemaTypes(schema));
});

test('a schema without a field that the client reads, or with a refusal of no code, is an error', async () => {
  await expect(
    schemaTypes(schema.replaceAll('  delta: InventoryDelta!\n', '  gap: InventoryDelta!\n')),
  ).rejects.toThrow('delta');
  await expect(schemaTypes(schema.replaceAll('SkuNotFoundError', 'SkuGoneError'))).rejects.toThrow(
    'SKU_GONE',
  );
});
