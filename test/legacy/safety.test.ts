/** What the legacy door adds for safety (ETag, If-Match, Idempotency-Key), and its bulk path: a status a row, always in order. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { send, stock } from '../support/mutations.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const PATH = '/timp/products/skus/inventory/';
const BULK = `${PATH}bulk/`;
const success = { status_code: 200, message: 'success' };
const valid = 'Valid identifiers: sku_id, upca, ean13, gtin14, isbn';
/** DRF's key, and the documented one. */
const detail = (text: string) => ({ detail: text, message: text });
const listError = (text: string) => ({ non_field_errors: [text], message: text });
const answerOf = (response: LightMyRequestResponse) => [response.statusCode, response.json()];

describeOnEachStore('the legacy door', (kind) => {
  let gateway: Gateway;
  let count = 0;
  beforeAll(async () => {
    gateway = await openGateway(kind);
  });
  afterAll(() => gateway.close());

  /** A SKU of the test's own, with 10 in stock. */
  async function newSku(): Promise<string> {
    const skuId = `own-${++count}`;
    await stock(gateway, { skuId, quantityInStock: 10 });
    return skuId;
  }
  const one = (skuId: string, quantity: number, headers: Record<string, string> = {}) =>
    gateway.legacy({ sku_id: skuId, quantity_in_stock: quantity }, headers);
  const bulk = (body: unknown, { headers, ...options }: InjectOptions = {}) =>
    gateway.server.inject({
      method: 'POST',
      url: BULK,
      payload: typeof body === 'string' ? body : JSON.stringify(body),
      ...options,
      headers: {
        authorization: `Token ${tokens.full}`,
        'content-type': 'application/json',
        ...headers,
      },
    });
  /** In stock, and the version. */
  async function stateOf(skuId: string) {
    const row = await gateway.store.db
      .selectFrom('sku')
      .select(['quantity_in_stock', 'version'])
      .where('supplier_id', '=', 'acme')
      .where('sku_id', '=', skuId)
      .executeTakeFirstOrThrow();
    return [row.quantity_in_stock, row.version];
  }
  const changesOf = (skuId: string) =>
    gateway.store.db
      .selectFrom('inventory_change')
      .selectAll()
      .where('supplier_id', '=', 'acme')
      .where('sku_id', '=', skuId)
      .orderBy('version')
      .execute();

  describe('the ETag', () => {
    test('is the version, also where nothing changed; a client that does not ask sees the documented answer', async () => {
      const skuId = await newSku();
      const answers = [
        await one(skuId, 10),
        await one(skuId, 11),
        await one(skuId, 12),
        await one(skuId, 12),
      ];
      expect(answers.map(({ headers }) => headers.etag)).toEqual(['"0"', '"1"', '"2"', '"2"']);
      for (const answer of answers) expect(answerOf(answer)).toEqual([200, { message: 'success' }]);
      expect(answers[0]?.headers['idempotent-replayed']).toBeUndefined();
    });

    test('is not there where no SKU was found, or a field was refused', async () => {
      const answers = [await one('no-such', 1), await one(await newSku(), -1)];
      expect(answers.map(({ statusCode, headers }) => [statusCode, headers.etag])).toEqual([
        [404, undefined],
        [400, undefined],
      ]);
    });
  });

  describe('If-Match', () => {
    test('with the ETag of the last answer applies, and gives the next one', async () => {
      const skuId = await newSku();
      let etag = (await one(skuId, 10)).headers.etag;
      for (const n of range(3)) {
        const answer = await one(skuId, n, { 'if-match': etag ?? '' });
        expect(answerOf(answer)).toEqual([200, { message: 'success' }]);
        expect(answer.headers.etag).toBe(`"${n}"`);
        etag = answer.headers.etag;
      }
      expect(await stateOf(skuId)).toEqual([3, 3]);
    });

    test('412: the version is another; the body and the ETag are the current state, and nothing changed', async () => {
      const skuId = await newSku();
      await gateway.legacy({ sku_id: skuId, quantity_in_stock: 4, restrictions: 'tmpunavail' });
      const answer = await one(skuId, 9, { 'if-match': '"0"' });
      const text = 'version is 1, not 0. Look at the current state, and decide again.';
      expect(answerOf(answer)).toEqual([
        412,
        {
          ...detail(text),
          current: {
            sku_id: skuId,
            quantity_in_stock: 4,
            quantity_on_backorder: 0,
            restrictions: 'tmpunavail',
            version: 1,
          },
        },
      ]);
      expect(answer.headers.etag).toBe('"1"');
      expect(await stateOf(skuId)).toEqual([4, 1]);
      expect((await one(skuId, 9, { 'if-match': answer.headers.etag ?? '' })).statusCode).toBe(200);
    });

    test('412: a backorder date is in the current state, if there is one', async () => {
      const skuId = await newSku();
      await gateway.legacy({ sku_id: skuId, backorder_date: '2026-11-30' });
      const { current } = (await one(skuId, 9, { 'if-match': '"0"' })).json();
      expect(current).toMatchObject({ sku_id: skuId, restrictions: null, backorder_date: '2026-11-30' });
    });

    test('412: of 30 who send the same ETag at once, one is applied and the others see it', async () => {
      const skuId = await newSku();
      const answers = await Promise.all(range(30).map((n) => one(skuId, 100 + n, { 'if-match': '"0"' })));
      const statuses = Map.groupBy(answers, ({ statusCode }) => statusCode);
      expect(statuses.get(200)).toHaveLength(1);
      expect(statuses.get(412)).toHaveLength(29);
      const [quantity] = await stateOf(skuId);
      for (const answer of statuses.get(412) ?? []) {
        expect(answer.json().current).toMatchObject({ quantity_in_stock: quantity, version: 1 });
      }
    });

    test('of * holds for every SKU that exists', async () => {
      const skuId = await newSku();
      for (const header of ['*', ' * ']) {
        expect((await one(skuId, header.length, { 'if-match': header })).statusCode).toBe(200);
      }
      expect((await one('no-such', 1, { 'if-match': '*' })).statusCode).toBe(404);
    });

    test.for(['7', '"x"', '""', '"-1"', '"1', '"1.0"', '"1", "2"', '**', 'W/"x"', ''])(
      '400: %j is no ETag of this path, and nothing changes',
      async (header) => {
        const skuId = await newSku();
        const answer = await one(skuId, 1, { 'if-match': header });
        expect(answerOf(answer)).toEqual([
          400,
          detail('If-Match must be one ETag of this path, such as "7", or *.'),
        ]);
        expect(await stateOf(skuId)).toEqual([10, 0]);
      },
    );

    test('is judged after the body and before the lookup', async () => {
      const header = { 'if-match': 'bad' };
      expect(
        (await gateway.legacy({ sku_id: 'no-such', quantity_in_stock: 'x' }, header)).json(),
      ).toHaveProperty('quantity_in_stock');
      expect((await one('no-such', 1, header)).statusCode).toBe(400);
    });
  });

  describe('Idempotency-Key', () => {
    test('a retry is answered as the first time, says so, and changes nothing', async () => {
      const skuId = await newSku();
      const headers = { 'idempotency-key': 'retry' };
      const first = await one(skuId, 5, headers);
      expect(first.headers['idempotent-replayed']).toBeUndefined();
      await one(skuId, 77);
      const again = await one(skuId, 5, headers);
      expect(answerOf(again)).toEqual(answerOf(first));
      expect(again.headers).toMatchObject({ 'idempotent-replayed': 'true', etag: first.headers.etag });
      expect(await stateOf(skuId)).toEqual([77, 2]);
    });

    test('a retry spelled in another way, and with If-Match, is the same where it asks for the same', async () => {
      const skuId = await newSku();
      const headers = { 'idempotency-key': 'spelled', 'if-match': '"0"' };
      await gateway.legacy({ sku_id: skuId, quantity_in_stock: 5 }, headers);
      const again = await gateway.legacy(
        `{"quantity_in_stock": "5.0", "x": 1, "sku_id": " ${skuId} "}`,
        headers,
      );
      expect([again.statusCode, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
      const without = await one(skuId, 5, { 'idempotency-key': 'spelled' });
      expect(without.statusCode).toBe(422);
    });

    test('422: the key comes back with another body, and nothing changes', async () => {
      const skuId = await newSku();
      const headers = { 'idempotency-key': 'reused' };
      await one(skuId, 5, headers);
      const text = 'This idempotency key was used for another input. Use a new key for a new update.';
      const answer = await one(skuId, 6, headers);
      expect(answerOf(answer)).toEqual([422, detail(text)]);
      expect(answer.headers['idempotent-replayed']).toBeUndefined();
      expect(await stateOf(skuId)).toEqual([5, 1]);
    });

    test('a refused request keeps no key: 404, 412 and 400 may be mended under the same one', async () => {
      const skuId = await newSku();
      const key = { 'idempotency-key': 'mended' };
      expect((await one('no-such', 5, key)).statusCode).toBe(404);
      expect((await one(skuId, 5, { ...key, 'if-match': '"9"' })).statusCode).toBe(412);
      expect((await one(skuId, -5, key)).statusCode).toBe(400);
      const mended = await one(skuId, 5, key);
      expect([mended.statusCode, mended.headers['idempotent-replayed']]).toEqual([200, undefined]);
    });

    test('is one with the GraphQL mutation that it stands for', async () => {
      const skuId = await newSku();
      await one(skuId, 5, { 'idempotency-key': 'both doors' });
      const answer = await send(gateway, 'update', {
        identifier: { skuId },
        quantityInStock: 5,
        idempotencyKey: 'both doors',
      });
      expect(answer).toMatchObject({ outcome: 'APPLIED', replayed: true });
    });

    test('20 duplicates at once make one change, one first answer and 19 replays', async () => {
      const skuId = await newSku();
      const answers = await Promise.all(range(20).map(() => one(skuId, 5, { 'idempotency-key': 'at once' })));
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(range(20).map(() => 200));
      expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(19);
      expect(await stateOf(skuId)).toEqual([5, 1]);
    });

    test.for(['', 'x'.repeat(256), 'tab\there', 'cl\u00e9'])(
      '400: the key %j is refused on both paths',
      async (key) => {
        const skuId = await newSku();
        const headers = { 'idempotency-key': key };
        const expected = [400, detail('Idempotency-Key must have 1 to 255 printable ASCII characters.')];
        expect(answerOf(await one(skuId, 1, headers))).toEqual(expected);
        expect(answerOf(await bulk([{ sku_id: skuId, quantity_in_stock: 1 }], { headers }))).toEqual(
          expected,
        );
        expect(await stateOf(skuId)).toEqual([10, 0]);
      },
    );
  });

  describe('the bulk path', () => {
    test('answers 200 and a bare array: for each row, in order, its status and message', async () => {
      const skuId = await newSku();
      const rows: readonly (readonly [row: unknown, status: number, message: string | RegExp])[] = [
        [{ sku_id: skuId, quantity_in_stock: 3 }, 200, 'success'],
        [{ sku_id: skuId, quantity_in_stock: 3 }, 200, 'success'],
        [
          { sku_id: "O'Brien", quantity_in_stock: 3 },
          404,
          `No sku found with sku identifier: {'sku_id': "O'Brien"}; ${valid}`,
        ],
        [
          { upca: 36000291453, quantity_in_stock: 3 },
          404,
          `No sku found with sku identifier: {'upca': 36000291453}; ${valid}`,
        ],
        [
          { isbn: '9780306406157', quantity_in_stock: 3 },
          422,
          /^Several SKUs share the isbn .*BOOK-NEW, BOOK-USED/,
        ],
        [
          { sku_id: skuId, quantity_in_stock: -1 },
          400,
          'quantity_in_stock: Ensure this value is greater than or equal to 0.',
        ],
        [
          { sku_id: '', quantity_in_stock: 'x', restrictions: 'none' },
          400,
          'sku_id: This field may not be blank. quantity_in_stock: A valid integer is required. restrictions: "none" is not a valid choice.',
        ],
        [{ sku_id: skuId, quantity_in_stock: null }, 400, 'quantity_in_stock: This field may not be null.'],
        [
          { sku_id: skuId },
          400,
          'Nothing to update: give at least one of quantity_in_stock, quantity_on_backorder, restrictions.',
        ],
        [{ quantity_in_stock: 1 }, 400, 'Name the SKU: give one of sku_id, upca, ean13, gtin14, isbn.'],
        [null, 400, 'No data provided'],
        [3, 400, 'Invalid data. Expected a dictionary, but got int.'],
        ['row', 400, 'Invalid data. Expected a dictionary, but got str.'],
        [[], 400, 'Invalid data. Expected a dictionary, but got list.'],
        [
          { sku_id: skuId, quantity_on_backorder: '1_000', restrictions: 'discontd', extra: {} },
          200,
          'success',
        ],
        [{ sku_id: skuId, upca: '036000291452', quantity_in_stock: 4.0 }, 200, 'success'],
        [{ sku_id: skuId, restrictions: null }, 200, 'success'],
        [{ upca: 36000291452, quantity_in_stock: 12 }, 200, 'success'],
        [{ sku_id: 'rival-only', quantity_in_stock: 12 }, 404, /^No sku found/],
      ];
      const answer = await bulk(rows.map(([row]) => row));
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.json()).toEqual(
        rows.map(([, status_code, message]) => ({
          status_code,
          message: typeof message === 'string' ? message : expect.stringMatching(message),
        })),
      );
      expect(
        (await changesOf(skuId)).map((change) => [change.quantity_in_stock, change.restrictions]),
      ).toEqual([
        [3, null],
        [3, 'discontd'],
        [4, 'discontd'],
        [4, null],
      ]);
    });

    test('keeps a lone bad row in its place wherever it stands', async () => {
      const skuIds = [await newSku(), await newSku(), await newSku()];
      for (const at of [0, 1, 2, 3]) {
        const rows: unknown[] = skuIds.map((sku_id) => ({ sku_id, quantity_in_stock: at + 1 }));
        rows.splice(at, 0, { sku_id: skuIds[0], quantity_in_stock: true });
        const statuses = (await bulk(rows)).json().map((row: { status_code: number }) => row.status_code);
        expect(statuses).toEqual([0, 1, 2, 3].map((i) => (i === at ? 400 : 200)));
      }
    });

    test('answers an empty array with an empty array', async () => {
      expect(answerOf(await bulk([]))).toEqual([200, []]);
    });

    test('answers an array of nothing but bad rows row by row, and stores nothing', async () => {
      const before = await gateway.inventory.lastPosition('acme');
      const answer = await bulk([null, {}, { sku_id: 'no-such', quantity_in_stock: 1 }]);
      expect(answer.statusCode).toBe(200);
      expect(answer.json().map((row: { status_code: number }) => row.status_code)).toEqual([400, 400, 404]);
      expect(await gateway.inventory.lastPosition('acme')).toBe(before);
    });

    test.for([
      [{ sku_id: 'shared', quantity_in_stock: 3 }, 'dict'],
      [{}, 'dict'],
      ['text', 'str'],
      [3, 'int'],
      [1.5, 'float'],
      [true, 'bool'],
      [null, 'NoneType'],
    ] as const)('400: %j is no list of items', async ([body, type]) => {
      const answer = await bulk(JSON.stringify(body));
      expect(answerOf(answer)).toEqual([400, listError(`Expected a list of items but got type "${type}".`)]);
    });

    test('400: JSON that does not parse, and the documented HTTPie line, which sends a form', async () => {
      for (const body of ['[', 'sku_id=x&quantity_in_stock=3', '']) {
        const answer = await bulk(body);
        expect(answer.statusCode).toBe(400);
        expect(Object.keys(answer.json())).toContain('message');
      }
    });

    test('gives the same answer without the trailing slash', async () => {
      const rows = [{ sku_id: await newSku(), quantity_in_stock: 3 }, {}];
      const answers = [await bulk(rows), await bulk(rows, { url: BULK.slice(0, -1) })];
      expect(answers.map(answerOf)).toEqual([
        answerOf(answers[1] ?? (await bulk([]))),
        [200, expect.any(Array)],
      ]);
      expect(answers[0]?.json()[0]).toEqual(success);
    });

    test.for([
      [
        '401: no token',
        { headers: { authorization: '' } },
        401,
        'Authentication credentials were not provided.',
      ],
      ['401: a wrong token', { headers: { authorization: 'Token nobody' } }, 401, 'Invalid token.'],
      [
        '403: a token that may not edit',
        { headers: { authorization: `Token ${tokens.view}` } },
        403,
        'You do not have permission to perform this action.',
      ],
      ['405: another method', { method: 'GET', payload: '' }, 405, 'Method "GET" not allowed.'],
      ['405: PUT', { method: 'PUT' }, 405, 'Method "PUT" not allowed.'],
      [
        '415: another Content-Type',
        { headers: { 'content-type': 'text/plain' } },
        415,
        'Unsupported media type "text/plain" in request.',
      ],
    ] as const)('%s, and nothing changes', async ([, options, status, text]) => {
      const skuId = await newSku();
      const answer = await bulk([{ sku_id: skuId, quantity_in_stock: 3 }], options);
      expect(answerOf(answer)).toEqual([status, detail(text)]);
      expect(answer.headers.allow).toBe('POST, OPTIONS');
      expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Token' : undefined);
      expect(await stateOf(skuId)).toEqual([10, 0]);
    });

    test("409: a retailer's token; and another supplier's token finds none of these SKUs", async () => {
      const skuId = await newSku();
      const as = (token: string) =>
        bulk([{ sku_id: skuId, quantity_in_stock: 3 }], { headers: { authorization: `Token ${token}` } });
      expect((await as(tokens.retailer)).statusCode).toBe(409);
      expect((await as(tokens.rival)).json()).toMatchObject([{ status_code: 404 }]);
      expect(await stateOf(skuId)).toEqual([10, 0]);
    });

    test('shows in the history as REST_BULK, one group a call; a single update as REST', async () => {
      const [first, second] = [await newSku(), await newSku()];
      await bulk([first, second].map((sku_id) => ({ sku_id, quantity_in_stock: 3 })));
      await one(first, 4);
      const [[ofBulk, ofSingle], [ofSecond]] = [await changesOf(first), await changesOf(second)];
      expect(ofBulk).toMatchObject({ source: 'REST_BULK', actor: 'dashboard', group_id: expect.any(String) });
      expect(ofSecond?.group_id).toBe(ofBulk?.group_id);
      expect(ofSingle).toMatchObject({ source: 'REST', group_id: null });
    });

    test('takes 10,000 rows, with bad ones first, last and scattered; one more is a 400 and stores nothing', async () => {
      const skuId = await newSku();
      const isBad = (i: number) => i % 1_111 === 0 || i === 9_999;
      const rows = range(10_000).map((n) =>
        isBad(n - 1) ? { sku_id: skuId, quantity_in_stock: -n } : { sku_id: skuId, quantity_in_stock: n },
      );
      const answer = await bulk(rows);
      expect(answer.statusCode).toBe(200);
      expect(answer.json().map((row: { status_code: number }) => row.status_code)).toEqual(
        rows.map((_, i) => (isBad(i) ? 400 : 200)),
      );
      expect((await stateOf(skuId))[0]).toBe(9_999);
      const before = await gateway.inventory.lastPosition('acme');
      const tooMany = await bulk([...rows, rows[1]]);
      expect(answerOf(tooMany)).toEqual([
        400,
        listError('At most 10000 items in one call; this one has 10001.'),
      ]);
      expect(await gateway.inventory.lastPosition('acme')).toBe(before);
    });

    test('one key covers the whole call: a retry is answered row by row as the first time', async () => {
      const [first, second] = [await newSku(), await newSku()];
      const rows = [
        { sku_id: first, quantity_in_stock: 3 },
        { sku_id: 'no-such-yet', quantity_in_stock: 3 },
        { sku_id: second, quantity_in_stock: -3 },
        { sku_id: second, quantity_in_stock: 4 },
      ];
      const headers = { 'idempotency-key': 'bulk' };
      const answer = await bulk(rows, { headers });
      expect(answer.headers['idempotent-replayed']).toBeUndefined();
      await one(second, 50);
      await stock(gateway, { skuId: 'no-such-yet' });
      const again = await bulk(rows, { headers });
      expect(answerOf(again)).toEqual(answerOf(answer));
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect([await stateOf(first), await stateOf(second)]).toEqual([
        [3, 1],
        [50, 2],
      ]);
    });

    test('422: the key of a call comes back with other rows, and nothing changes', async () => {
      const [first, second] = [await newSku(), await newSku()];
      const rows = [
        { sku_id: first, quantity_in_stock: 3 },
        { sku_id: second, quantity_in_stock: -3 },
      ];
      const headers = { 'idempotency-key': 'bulk reused' };
      await bulk(rows, { headers });
      const others = [
        [{ sku_id: first, quantity_in_stock: 4 }, rows[1]],
        [...rows, { sku_id: second, quantity_in_stock: 4 }],
        [rows[1], rows[0]],
        [rows[0]],
      ];
      const statuses = [];
      for (const other of others) statuses.push((await bulk(other, { headers })).statusCode);
      expect(statuses).toEqual([422, 422, 422, 422]);
      expect([await stateOf(first), await stateOf(second)]).toEqual([
        [3, 1],
        [10, 0],
      ]);
    });

    test('keeps no key of a call of which every row was refused', async () => {
      const skuId = await newSku();
      const headers = { 'idempotency-key': 'bulk mended' };
      await bulk([{ sku_id: 'no-such', quantity_in_stock: 1 }, null], { headers });
      const mended = await bulk([{ sku_id: skuId, quantity_in_stock: 1 }], { headers });
      expect([mended.json(), mended.headers['idempotent-replayed']]).toEqual([[success], undefined]);
    });

    test('never takes an If-Match as if it were not there: one ETag cannot stand for many SKUs', async () => {
      const skuId = await newSku();
      const answer = await bulk([{ sku_id: skuId, quantity_in_stock: 1 }], {
        headers: { 'if-match': '"9"' },
      });
      expect([400, 412]).toContain(answer.statusCode);
      expect(await stateOf(skuId)).toEqual([10, 0]);
    });
  });
});
