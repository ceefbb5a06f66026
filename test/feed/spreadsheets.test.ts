/** Catalogs as spreadsheets and other programs write them are read as their users mean them. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { CatalogRow } from '../../src/domain/catalog.ts';
import { importCatalog } from '../../src/feed/catalog/import-catalog.ts';

/** The rows that are saved, and what is said. */
async function readSource(source: Readable) {
  const rows: CatalogRow[] = [];
  const said: string[] = [];
  const save = (_origin: unknown, saved: readonly CatalogRow[]) => {
    rows.push(...saved);
    return Promise.resolve({ created: saved.length, updated: 0, unchanged: 0, changes: 0 });
  };
  const { fault } = await importCatalog({ save }, 'acme', source, { report: (line) => said.push(line) });
  return { rows, said, fault };
}
const readBytes = (bytes: Buffer) => readSource(Readable.from([bytes]));

const rows = [
  { skuId: 'A', title: 'Teekanne, groß; "rot"', quantityInStock: 12 },
  { skuId: '007', title: 'Zoë', restrictions: null },
];
const quoted = '"Teekanne, groß; ""rot"""';

describe('a catalog', () => {
  test.each<[program: string, bytes: Buffer]>([
    [
      'Excel: CSV UTF-8, where the comma separates',
      Buffer.from(
        `\ufeffsku_id,title,quantity_in_stock,restrictions\r\nA,${quoted},12,\r\n007,Zoë,,none\r\n`,
      ),
    ],
    [
      'Excel: CSV UTF-8, where the semicolon separates',
      Buffer.from(
        `\ufeffsku_id;title;quantity_in_stock;restrictions\r\nA;${quoted};12;\r\n007;Zoë;;none\r\n`,
      ),
    ],
    [
      'Excel: Unicode text',
      Buffer.from(
        `\ufeffsku_id\ttitle\tquantity_in_stock\trestrictions\r\nA\t${quoted}\t12\t\r\n007\tZoë\t\t-\r\n`,
        'utf16le',
      ),
    ],
    [
      'LibreOffice Calc, every text in quotes',
      Buffer.from(
        `"sku_id";"title";"quantity_in_stock";"restrictions"\n"A";${quoted};12;\n"007";"Zoë";;"none"\n`,
      ),
    ],
    [
      'Google Sheets',
      Buffer.from(`sku_id,title,quantity_in_stock,restrictions\r\nA,${quoted},12,\r\n007,Zoë,,none`),
    ],
    [
      'an old Macintosh, the columns in another order',
      Buffer.from(`Restrictions, Title ,QUANTITY_IN_STOCK, SKU_ID\r,${quoted},12,A\rnone,Zoë,,007\r`),
    ],
  ])('of %s', async (_program, bytes) => {
    expect(await readBytes(bytes)).toEqual({ rows, said: [], fault: null });
  });

  test('that arrives a byte at a time is read as well', async () => {
    const bytes = Buffer.from('\ufeffsku_id;title\r\nA;ß\r\n');
    const source = Readable.from(Array.from(bytes, (byte) => Buffer.from([byte])));
    expect(await readSource(source)).toEqual({ rows: [{ skuId: 'A', title: 'ß' }], said: [], fault: null });
  });

  test('has its delimiter from the first line alone, and other cells may contain the others', async () => {
    const { rows: read } = await readBytes(Buffer.from('sku_id,title\nA,one; two\n'));
    expect(read).toEqual([{ skuId: 'A', title: 'one; two' }]);
  });

  test.each(['-', '–', '—', '\u2212', ' - '])('has its fields cleared by %j', async (dash) => {
    const columns = [
      'sku_id',
      'item_id',
      'title',
      'condition',
      'upca',
      'ean13',
      'gtin14',
      'isbn',
      'restrictions',
    ];
    const bytes = Buffer.from(`${columns.join()}\nA${`,${dash}`.repeat(8)}\n`);
    const cleared = {
      itemId: null,
      title: null,
      condition: null,
      upca: null,
      ean13: null,
      gtin14: null,
      isbn: null,
    };
    expect(await readBytes(bytes)).toMatchObject({
      rows: [{ skuId: 'A', ...cleared, restrictions: null }],
      said: [],
    });
  });

  test('has texts that only begin with a hyphen taken as they are, and a quantity that a format shows as a dash refused', async () => {
    const { rows: read, said } = await readBytes(
      Buffer.from('sku_id,title,quantity_in_stock\nA,- red -,\nB,,-   \n'),
    );
    expect(read).toEqual([{ skuId: 'A', title: '- red -' }]);
    expect(said).toEqual([
      'line 3: quantity_in_stock is "-": give a whole number from 0 to 2147483647, in digits alone.',
    ]);
  });

  test('of the examples has neither a bad row nor a warning', async () => {
    const path = new URL('../../examples/catalog.csv', import.meta.url);
    const { rows: read, said, fault } = await readSource(createReadStream(path));
    expect([read.length, said, fault]).toEqual([9, [], null]);
  });
});
