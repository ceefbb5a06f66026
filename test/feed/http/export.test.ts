/** GET /feeds/inventory.csv: the inventory as CSV, filtered, streamed as fast as the client reads, and nobody else's. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExportRequest } from '../../../src/http/heavy/heavy-request.ts';
import { openGateway, tokens, type Gateway } from '../../support/gateway.ts';
import { describeOnEachStore } from '../../support/stores/stores.ts';

const PATH = '/feeds/inventory.csv';
const HEADER =
  'sku_id,upca,ean13,gtin14,isbn,quantity_in_stock,quantity_on_backorder,backorder_date,restrictions,version';

describeOnEachStore('An export over HTTP', (kind) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway(kind);
  });
  afterAll(() => gateway.close());

  const get = (query = '', token: string = tokens.full) =>
    gateway.server.inject({ url: `${PATH}${query}`, headers: { authorization: `Token ${token}` } });
  const idsIn = (csv: string) =>
    csv
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0]);

  test('has every SKU, sorted, as a file to save', async () => {
    const { statusCode, headers, body } = await get();
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="inventory.csv"',
      'cache-control': 'no-store',
    });
    expect(body.split('\r\n')[0]).toBe(`\uFEFF${HEADER}`);
    expect(body).toContain('\r\nshared,036000291452,,,,10,5,,,0\r\n');
    expect(idsIn(body)).toEqual([
      ...['2mNh6Gvwgl7LjmZj', 'BOOK-NEW', 'BOOK-USED', 'CASE-OF-10', 'EACH', 'GONE', 'ODD-CODE'],
      ...['shared', 'xkuOwSQ3utl'],
    ]);
  });

  test.each([
    ['?skuId=shared&ean13=4006381333931', ['EACH', 'shared']],
    ['?search=book', ['BOOK-NEW', 'BOOK-USED']],
    ['?restrictions=discontd', ['GONE']],
    ['?restrictions=none&minQuantityInStock=1', ['BOOK-NEW', 'shared']],
    ['?minQuantityInStock=3&maxQuantityInStock=9', ['BOOK-NEW']],
    ['?availability=BACKORDER', []],
    ['?updatedAfter=2100-01-01T00:00:00Z', []],
  ])('%s', async (query, ids) => {
    expect(idsIn((await get(query)).body)).toEqual(ids);
  });

  test.each([
    ['?color=red', 'no such parameter'],
    ['?search=a&search=b', 'search is given twice'],
    ['?minQuantityInStock=-1', 'minQuantityInStock must be'],
    ['?updatedAfter=yesterday', 'updatedAfter must be'],
    ['?restrictions=sold', 'restrictions must be'],
    ['?skuId=', 'skuId: This must not be blank'],
    [`?${'ean13=1&'.repeat(101)}`, 'At most 100'],
  ])('%s is refused', async (query, message) => {
    const { statusCode, json } = await get(query);
    expect(statusCode).toBe(400);
    expect(json()).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining(message) });
  });

  test('needs view_items, and shows the supplier its own SKUs', async () => {
    expect((await get('', tokens.edit)).statusCode).toBe(403);
    expect((await get('', tokens.retailer)).statusCode).toBe(409);
    expect((await get('', 'unknown')).statusCode).toBe(401);
    expect(idsIn((await get('', tokens.rival)).body)).toEqual(['BOOK-NEW', 'rival-only', 'shared']);
    const post = await gateway.server.inject({
      method: 'POST',
      url: PATH,
      headers: { authorization: `Token ${tokens.full}` },
    });
    expect([post.statusCode, post.headers['allow']]).toEqual([405, 'GET']);
  });
});

describe('An export that is read slowly', () => {
  test('is read from the store as fast as its client takes it, ends with it, and leaves room for others', async () => {
    const asked: ExportRequest[] = [];
    const left: AbortSignal[] = [];
    const lines = Buffer.alloc(65_536, 'a,b\r\n');
    const nothing = () => Promise.reject(new Error('Only exports here.'));
    const gateway = await openGateway('sqlite', undefined, {
      heavyWork: {
        answer: nothing,
        readPage: nothing,
        readExport: (request, signal) => {
          asked.push(request);
          left.push(signal);
          return Promise.resolve({ lines, next: String(asked.length), scanned: 1_000 });
        },
      },
    });
    try {
      const origin = await gateway.listen();
      const open = () => {
        const socket = connect(Number(new URL(origin).port), '127.0.0.1');
        socket.write(`GET ${PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Token ${tokens.full}\r\n\r\n`);
        socket.pause();
        return socket;
      };
      const [one, two] = [open(), open()];
      await expect.poll(() => asked.length).toBeGreaterThan(2);
      const untilStill = async () => {
        for (let before = -1; before !== asked.length;) {
          before = asked.length;
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
      };
      await untilStill();
      // The rest is in the buffers of two connections.
      expect(asked.length).toBeLessThan(400);
      const third = await fetch(`${origin}${PATH}`, { headers: { authorization: `Token ${tokens.full}` } });
      expect([third.status, third.headers.get('retry-after')]).toEqual([429, '10']);
      one.destroy();
      two.destroy();
      await expect.poll(() => left.every(({ aborted }) => aborted)).toBe(true);
      open().destroy();
    } finally {
      await gateway.close();
    }
  });
});
