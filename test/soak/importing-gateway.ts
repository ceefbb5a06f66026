/** A gateway in its own process, which imports a catalog when its parent asks and reports each transaction of the import. */
import { Readable } from 'node:stream';
import pino from 'pino';
import { importCatalog } from '../../src/feed/catalog/import-catalog.ts';
import { openGateway } from '../../src/gateway/open-gateway.ts';

/** The message to the parent after the import. */
export interface Imported {
  readonly seconds: number;
  readonly created: number;
  /** Rows and milliseconds of each transaction, in order. */
  readonly parts: readonly { readonly rows: number; readonly ms: number }[];
}

const [database = '', supplier = ''] = process.argv.slice(2);
const gateway = await openGateway({
  database,
  clock: () => new Date(),
  requestThreads: true,
  metrics: 'off',
  server: { graphiql: null, corsOrigins: [], logger: pino({ level: 'silent' }) },
});
const parts: { rows: number; ms: number }[] = [];
gateway.inventory.observe({
  committed: ({ outcomes, rows, ms }) => {
    if (outcomes.some(([source]) => source === 'IMPORT')) parts.push({ rows, ms });
  },
  failed: (error) => process.stderr.write(`${String(error)}\n`),
});
await gateway.inventory.started;
process.stdout.write(`${await gateway.server.listen({ host: '127.0.0.1', port: 0 })}\n`);

process.on('message', (rows: number) => void importRows(rows));
process.once('SIGTERM', () => {
  process.disconnect?.();
  void gateway.close();
});

async function importRows(rows: number): Promise<void> {
  const started = performance.now();
  const { created, fault } = await importCatalog(gateway.catalog, supplier, Readable.from(linesOf(rows)));
  if (fault !== null) throw new Error(fault);
  process.send?.({ seconds: (performance.now() - started) / 1_000, created, parts } satisfies Imported);
}

/** A catalog as CSV, in pieces of 1,000 lines. */
function* linesOf(rows: number): Generator<Buffer> {
  yield Buffer.from('sku_id,item_id,title,condition,ean13,quantity_in_stock\n');
  for (let start = 0; start < rows; start += 1_000) {
    const lines = Array.from({ length: Math.min(1_000, rows - start) }, (_, i) => lineOf(start + i));
    yield Buffer.from(lines.join(''));
  }
}

function lineOf(n: number): string {
  const code = `9${String(n).padStart(11, '0')}`;
  const sum = Array.from(code, (digit, i) => Number(digit) * (i % 2 === 0 ? 1 : 3)).reduce((a, b) => a + b);
  return `imported-${n},item-${n},A title of some length for number ${n},new,${code}${(10 - (sum % 10)) % 10},${n % 100}\n`;
}
