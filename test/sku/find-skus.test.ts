/** Which SKU a trade code names, on each store: the rules of precedence, as a table. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CatalogRow } from '../../src/domain/catalog.ts';
import type { IdentifierKind } from '../../src/domain/identifier.ts';
import { openSuppliers, type Found, type Suppliers, type TestSupplier } from '../support/suppliers.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

/** SKU ids in the order of their UTF-8 bytes. UTF-16 and most languages order them otherwise. */
const inByteOrder = ['B', 'Zebra', 'a', 'apple', 'Äpfel', 'éclair', '日本', '\uff21', '😀'];

const acme: readonly CatalogRow[] = [
  { skuId: 'BOOK-13', isbn: '978-0-306-40615-7' },
  { skuId: 'BOOK-10', isbn: '0-306-40615-2' },
  { skuId: 'ONLY-10', isbn: '0-19-853453-1' },
  { skuId: 'ONLY-13', isbn: '9780262033848' },
  { skuId: 'ONLY-979', isbn: '979-10-90636-07-1' },
  { skuId: 'EAN-BOOK', ean13: '9780804429573' },
  { skuId: 'TWIN-1', upca: '036000291452' },
  { skuId: 'TWIN-2', upca: '036000291452' },
  { skuId: 'TWIN-3', upca: '36000291452' },
  { skuId: 'AS-UPCA', upca: '012345678905' },
  { skuId: 'AS-EAN13', ean13: '0012345678905' },
  { skuId: 'PADDED', gtin14: '00614141000050' },
  { skuId: 'UNPADDED', gtin14: '614141000050' },
  { skuId: 'EACH', ean13: '4006381333931' },
  { skuId: 'CASE-OF-10', gtin14: '14006381333938' },
  { skuId: 'EIGHT', ean13: '73513537' },
  { skuId: 'SPACED', gtin14: '0 5901234 123440' },
  { skuId: 'TWO-KINDS', upca: '614141000036', ean13: '0614141000036' },
  { skuId: 'TEXT-CODE', upca: 'not a valid code' },
  { skuId: 'BAD-DIGIT', upca: '614141000011' },
  // Fourteen good digits, but no ISBN.
  { skuId: 'BAD-ISBN', isbn: '20614141000023' },
  ...inByteOrder.map((id) => ({ skuId: `order-${id}`, ean13: '2000000000015' })).toReversed(),
];

const rival: readonly CatalogRow[] = [
  { skuId: 'BOOK-13', isbn: '9780306406157' },
  { skuId: 'CASE-OF-10', gtin14: '14006381333938' },
  { skuId: 'RIVAL-ONLY', ean13: '5901234123457' },
];

type Row = readonly [kind: IdentifierKind, value: string, found: Found];

describeOnEachStore('a code', (kind) => {
  let suppliers: Suppliers;
  let supplier: TestSupplier;
  beforeAll(async () => {
    suppliers = await openSuppliers(kind);
    supplier = await suppliers.addSupplier(acme);
    await suppliers.addSupplier(rival);
  });
  afterAll(() => suppliers.close());

  describe.each<[rule: string, rows: readonly Row[]]>([
    [
      'as spelled in its kind comes before the same code spelled otherwise',
      [
        ['isbn', '978-0-306-40615-7', 'BOOK-13'],
        ['isbn', '0-306-40615-2', 'BOOK-10'],
        ['upca', '36000291452', 'TWIN-3'],
        ['upca', '036000291452', ['TWIN-1', 'TWIN-2']],
        ['gtin14', '00614141000050', 'PADDED'],
        ['gtin14', '614141000050', 'UNPADDED'],
        ['gtin14', '0614141000050', ['PADDED', 'UNPADDED']],
      ],
    ],
    [
      'of its kind comes before the same code of another kind, however that is spelled',
      [
        ['upca', '0012345678905', 'AS-UPCA'],
        ['upca', '0-12345-67890-5', 'AS-UPCA'],
        ['ean13', '012345678905', 'AS-EAN13'],
        ['ean13', '00012345678905', 'AS-EAN13'],
      ],
    ],
    [
      'finds the same code of any other kind',
      [
        ['upca', '4006381333931', 'EACH'],
        ['gtin14', '04006381333931', 'EACH'],
        ['ean13', '14006381333938', 'CASE-OF-10'],
        ['ean13', '978-0-306-40615-7', ['BOOK-10', 'BOOK-13']],
        ['isbn', '0-8044-2957-X', 'EAN-BOOK'],
        ['isbn', '080442957x', 'EAN-BOOK'],
        ['isbn', '978-0-8044-2957-3', 'EAN-BOOK'],
        ['gtin14', '614141000036', 'TWO-KINDS'],
      ],
    ],
    [
      'that several SKUs share is ambiguous',
      [
        ['isbn', '9780306406157', ['BOOK-10', 'BOOK-13']],
        ['isbn', '0306406152', ['BOOK-10', 'BOOK-13']],
        ['upca', '0036000291452', ['TWIN-1', 'TWIN-2', 'TWIN-3']],
        ['ean13', '036000291452', ['TWIN-1', 'TWIN-2', 'TWIN-3']],
        ['gtin14', '00012345678905', ['AS-EAN13', 'AS-UPCA']],
        ['gtin14', '012345678905', ['AS-EAN13', 'AS-UPCA']],
        ['ean13', '2000000000015', inByteOrder.map((id) => `order-${id}`)],
      ],
    ],
    [
      'of a case pack never finds what it holds, nor the reverse',
      [
        ['ean13', '4006381333931', 'EACH'],
        ['gtin14', '14006381333938', 'CASE-OF-10'],
        ['gtin14', '24006381333935', 'SKU_NOT_FOUND'],
        ['gtin14', '10012345678902', 'SKU_NOT_FOUND'],
        ['gtin14', '10000073513534', 'SKU_NOT_FOUND'],
        ['gtin14', '19780262033845', 'SKU_NOT_FOUND'],
      ],
    ],
    [
      'is an ISBN in ten digits or in thirteen, either way',
      [
        ['isbn', '9780198534532', 'ONLY-10'],
        ['isbn', '978-0-19-853453-2', 'ONLY-10'],
        ['isbn', '0198534531', 'ONLY-10'],
        ['isbn', '0262033844', 'ONLY-13'],
        ['isbn', '0-262-03384-4', 'ONLY-13'],
        ['isbn', '9791090636071', 'ONLY-979'],
        // 979 has no ISBN-10; these digits are of a 978.
        ['isbn', '1090636075', 'SKU_NOT_FOUND'],
      ],
    ],
    [
      'is found whatever its separators and leading zeros',
      [
        ['ean13', ' 4006381333931\t', 'EACH'],
        ['ean13', '4-006381-333931', 'EACH'],
        ['ean13', '4 006381\u00a0333931', 'EACH'],
        ['ean13', '4\u2013006381\u2010333931', 'EACH'],
        ['ean13', '04006381333931', 'EACH'],
        ['ean13', '0000073513537', 'EIGHT'],
        ['gtin14', '00000073513537', 'EIGHT'],
        ['upca', '7351-3537', 'EIGHT'],
        ['gtin14', '5901234123440', 'SPACED'],
        ['ean13', '05901234123440', 'SPACED'],
        ['upca', '0614141000036', 'TWO-KINDS'],
      ],
    ],
    [
      'whose code cannot be valid is found as spelled in its kind, and in no other way',
      [
        ['upca', 'not a valid code', 'TEXT-CODE'],
        ['upca', '  not a valid code ', 'TEXT-CODE'],
        ['upca', 'Not a valid code', 'INVALID_IDENTIFIER'],
        ['upca', 'notavalidcode', 'INVALID_IDENTIFIER'],
        ['ean13', 'not a valid code', 'INVALID_IDENTIFIER'],
        ['upca', '614141000011', 'BAD-DIGIT'],
        ['upca', '0614141000011', 'INVALID_IDENTIFIER'],
        ['ean13', '614141000011', 'INVALID_IDENTIFIER'],
        ['isbn', '20614141000023', 'BAD-ISBN'],
        ['isbn', '2-0614141-00002-3', 'INVALID_IDENTIFIER'],
        ['gtin14', '20614141000023', 'SKU_NOT_FOUND'],
        ['ean13', '20614141000023', 'SKU_NOT_FOUND'],
        ['upca', "' or '1'='1", 'INVALID_IDENTIFIER'],
      ],
    ],
    [
      'of another supplier is unknown',
      [
        ['skuId', 'RIVAL-ONLY', 'SKU_NOT_FOUND'],
        ['ean13', '5901234123457', 'SKU_NOT_FOUND'],
        ['gtin14', '05901234123457', 'SKU_NOT_FOUND'],
      ],
    ],
  ])('%s', (_rule, rows) => {
    test.each(rows)('%s %s', async (idKind, value, found) => {
      expect(await supplier.find([idKind, value])).toEqual([found]);
    });
  });

  test('that was replaced in the catalog finds the SKU no more', async () => {
    const mover = await suppliers.addSupplier([{ skuId: 'A', upca: '036000291452', isbn: '0-306-40615-2' }]);
    await mover.save({ skuId: 'A', upca: null, isbn: '9780198534532' });
    expect(
      await mover.find(
        ['upca', '036000291452'],
        ['gtin14', '00036000291452'],
        ['isbn', '0-306-40615-2'],
        ['isbn', '9780306406157'],
        ['isbn', '0198534531'],
      ),
    ).toEqual(['SKU_NOT_FOUND', 'SKU_NOT_FOUND', 'SKU_NOT_FOUND', 'SKU_NOT_FOUND', 'A']);
  });
});
