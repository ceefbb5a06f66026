/** Bodies that no good client sends: odd values, odd JSON, odd bytes. Each is answered in JSON, and none is a fault of ours. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const update = JSON.stringify({ sku_id: 'shared', quantity_in_stock: 3 });

/** Values as they stand in JSON, each tried in each field. */
const values = [
  ...['null', 'true', '[]', '{}', '[[]]', '[null]', '{"__proto__":1}', '{"toString":null}', '{"then":1}'],
  ...['-1', '-0', '-0.0', '0.5', '1e400', '-1e400', '1e-400', '1E+2', '2147483648', '18446744073709551616'],
  ...['9'.repeat(4300), '9'.repeat(5000), `0.${'1'.repeat(5000)}`, `"${'9'.repeat(1001)}"`],
  ...[
    '""',
    '" "',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\ufeff"',
  ],
  ...[
    '"\\u0085"',
    '"\\u202e"',
    '"\\uffff"',
    '"\\\\"',
    '"\\""',
    `"'"`,
    '"%s%n%x"',
    '"${1+1}"',
    '"$1"',
    '"{{7*7}}"',
  ],
  ...[
    '"__proto__"',
    '"constructor"',
    `"' OR 1=1 --"`,
    '"\\n\\r\\t"',
    '"NaN"',
    '"Infinity"',
    '"0x10"',
    '"1e3"',
  ],
  ...[
    `"${'é'.repeat(257)}"`,
    `"${'a'.repeat(5000)}"`,
    '[[[[[[[[[[1]]]]]]]]]]',
    `${'['.repeat(990)}${']'.repeat(990)}`,
  ],
];
const fields = ['sku_id', 'upca', 'quantity_in_stock', 'restrictions'];

const oddValues = fields.flatMap((field) => {
  const rest = field === 'sku_id' ? '"quantity_in_stock":1' : '"sku_id":"shared"';
  return values.map((value) => `{${rest},${JSON.stringify(field)}:${value}}`);
});

const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
const oddBodies: (string | Buffer)[] = [
  ...[
    '',
    ' ',
    '\0',
    '0',
    '"',
    '{',
    '[',
    '}',
    '{]',
    '{"":""}',
    '[{}]',
    'null null',
    'NaN',
    'undefined',
    "{'a':1}",
  ],
  ...[
    `\ufeff${update}`,
    `${update}\0`,
    `${update}${update}`,
    `[${update}]`,
    'sku_id=shared',
    '<xml/>',
    '--x\r\n',
  ],
  ...[deep('[', ']', 100_000), deep('{"a":', '}', 100_000), '['.repeat(500_000), '{"a":'.repeat(100_000)],
  ...[`{"sku_id":${deep('[', ']', 50_000)},"quantity_in_stock":1}`, `{"zzz":${deep('[', ']', 50_000)}}`],
  ...['{"__proto__":{"sku_id":"shared","quantity_in_stock":1}}', '{"__proto__":null,"constructor":1}'],
  ...[
    '{"\\ud800":1}',
    '{"sku_id\\u0000":"shared"}',
    '{"hasOwnProperty":1,"sku_id":"shared","restrictions":null}',
  ],
  `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
  `{"sku_id":"shared",${'"quantity_in_stock":-1,'.repeat(20_000)}"quantity_in_stock":"x"}`,
  Buffer.from(update, 'utf16le'),
  Buffer.from(`\ufeff${update}`, 'utf16le'),
  gzipSync(update),
  ...[0x80, 0xbf, 0xc0, 0xc1, 0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0xfe, 0xff].flatMap((byte) => [
    Buffer.from([byte]),
    Buffer.concat([Buffer.from('{"sku_id":"'), Buffer.from([byte]), Buffer.from('","quantity_in_stock":1}')]),
    Buffer.concat([Buffer.from('{"sku_id":"a'), Buffer.from([byte, 0x9f, 0x98])]),
  ]),
  Buffer.from([0xed, 0xa0, 0x80]),
];

describeOnEachStore('odd bodies at the legacy door', (kind) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway(kind);
  });
  afterAll(() => gateway.close());

  /** What is wrong with the answers, by body. */
  async function findBadAnswers(bodies: readonly (string | Buffer)[]): Promise<unknown[]> {
    const bad: unknown[] = [];
    for (const body of bodies) {
      const response = await gateway.legacy(body);
      const { statusCode, headers } = response;
      const isJson = headers['content-type'] === 'application/json; charset=utf-8';
      const message: unknown = isJson && response.json<{ message?: unknown }>().message;
      const answered = [200, 400, 404].includes(statusCode) && typeof message === 'string' && message !== '';
      // What is repeated of a body is cut.
      if (!answered || response.rawPayload.length > 50_000) {
        bad.push([body.toString().slice(0, 80), statusCode, response.body.slice(0, 200)]);
      }
    }
    return bad;
  }

  test(`each of ${oddValues.length} odd values in a field is accepted or refused, and none is a fault of ours`, async () => {
    expect(oddValues.length).toBeGreaterThan(200);
    expect(await findBadAnswers(oddValues)).toEqual([]);
  });

  test(`each of ${oddBodies.length} odd bodies is refused or read, and none is a fault of ours`, async () => {
    expect(await findBadAnswers(oddBodies)).toEqual([]);
  });

  test('and after them the door still works, and no other SKU has changed', async () => {
    expect((await gateway.legacy(update)).statusCode).toBe(200);
    const changed = await gateway.store.db
      .selectFrom('inventory_change')
      .select(['supplier_id', 'sku_id'])
      .distinct()
      .execute();
    expect(changed).toEqual([{ supplier_id: 'acme', sku_id: 'shared' }]);
  });

  test.each<[string, string | Buffer, string]>([
    [
      'a byte order mark',
      `\ufeff${update}`,
      'Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)',
    ],
    [
      'bytes that are no UTF-8',
      Buffer.from([0x22, 0xff, 0x22]),
      "'utf-8' codec can't decode byte 0xff in position 1",
    ],
    ['two values', '{} {}', 'Extra data: line 1 column 4 (char 3)'],
  ])('%s is a 400 that says where', async (_case, body, reason) => {
    const response = await gateway.legacy(body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toHaveProperty('detail', expect.stringContaining(`JSON parse error - ${reason}`));
  });

  test.each(['application/json', 'text/plain'])(
    'an empty body of type %s is read as an empty object',
    async (type) => {
      const response = await gateway.legacy('', { 'content-type': type });
      expect(response.statusCode).toBe(400);
      expect(response.json()).toHaveProperty('message', expect.stringMatching(/^Name the SKU: /));
    },
  );

  test('of __proto__ nothing is taken for a field', async () => {
    const response = await gateway.legacy('{"__proto__":{"sku_id":"shared"},"quantity_in_stock":1}');
    expect(response.statusCode).toBe(400);
    expect(response.json()).toHaveProperty('message', expect.stringMatching(/^Name the SKU: /));
  });
});
