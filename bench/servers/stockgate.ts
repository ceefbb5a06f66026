/** Runs Stockgate as an operator does. Catalogs and tokens are created with its command line. */
import { createWriteStream } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { skuId, SUPPLIER } from '../measure/requests.ts';
import { runProgram, startServer, type Server } from './servers.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** Turns the rate limit off, because all load comes from one token. */
const env = { STOCKGATE_RATE_LIMIT: '0' };

export interface Catalog {
  /** The value for `--database`. */
  readonly url: string;
  readonly token: string;
  readonly skus: number;
}

/** Returns a function that makes databases with `skus` SKUs and a token. It imports each size once, and then copies the file. */
export function createCatalogs(folder: string, report: (text: string) => void) {
  const imported = new Map<number, Promise<{ path: string; token: string }>>();
  let copies = 0;
  const importOnce = async (skus: number) => {
    report(`  importing ${skus.toLocaleString('en-US')} SKUs\n`);
    const path = join(folder, `catalog-${skus}.db`);
    return { path, token: await fillDatabase(`sqlite:${path}`, folder, skus) };
  };
  return async (skus: number): Promise<Catalog> => {
    if (!imported.has(skus)) imported.set(skus, importOnce(skus));
    const { path, token } = (await imported.get(skus)) ?? { path: '', token: '' };
    const copy = join(folder, `copy-${copies++}.db`);
    await copyFile(path, copy);
    // Usually the last connection removes the `-wal` file when it closes.
    if (await exists(`${path}-wal`)) await copyFile(`${path}-wal`, `${copy}-wal`);
    return { url: `sqlite:${copy}`, token, skus };
  };
}

/** Imports the catalog into a database. Resolves with a token for it. */
export async function fillDatabase(url: string, folder: string, skus: number): Promise<string> {
  const csv = join(folder, `catalog-${skus}.csv`);
  if (!(await exists(csv))) await writeCatalog(csv, skus);
  const run = (...args: string[]) =>
    runProgram(process.execPath, [MAIN, ...args, '--database', url], { env });
  await run('supplier', 'create', SUPPLIER);
  await run('import', 'skus', csv, '--supplier', SUPPLIER);
  return (await run('token', 'create', '--supplier', SUPPLIER, '--name', 'bench')).trim();
}

/** Runs `stockgate serve` with the Node flags of `npm start`. It logs no requests and has no rate limit, because no peer does. */
export function serve({ url }: Catalog, nodeFlags: readonly string[] = [], threads = 1): Promise<Server> {
  const flags = ['--log-level', 'warn', '--rate-limit', '0', '--threads', String(threads)];
  return startServer(
    [
      '--max-semi-space-size=16',
      '--v8-pool-size=2',
      ...nodeFlags,
      MAIN,
      'serve',
      '--port',
      '0',
      '--database',
      url,
      ...flags,
    ],
    env,
  );
}

async function writeCatalog(path: string, skus: number): Promise<void> {
  const file = createWriteStream(path);
  file.write('sku_id,title,ean13,quantity_in_stock\n');
  for (let n = 1; n <= skus; n++) {
    const line = `${skuId(n)},Item ${n},${ean13(n)},${n % 100}\n`;
    if (!file.write(line)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** Returns a code with a correct check digit (GS1). */
function ean13(n: number): string {
  const digits = `200${String(n).padStart(9, '0')}`;
  const sum = Array.from(digits).reduce((total, digit, i) => total + Number(digit) * (i % 2 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
