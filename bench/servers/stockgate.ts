/** Ours: Stockgate as an operator runs it; catalogs and tokens go in through its command line. */
import { createWriteStream } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { skuId, SUPPLIER } from '../measure/requests.ts';
import { runProgram, startServer, type Server } from './servers.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** The rate limit is for strangers: the load is one caller with one token. */
const env = { STOCKGATE_RATE_LIMIT: '0' };

export interface Catalog {
  /** For `--database`. */
  readonly url: string;
  readonly token: string;
  readonly skus: number;
}

/** Hands out databases with a catalog of `skus` SKUs and a token in them: imported once, then copied. */
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
    // The last connection that closes leaves no log behind, as a rule.
    if (await exists(`${path}-wal`)) await copyFile(`${path}-wal`, `${copy}-wal`);
    return { url: `sqlite:${copy}`, token, skus };
  };
}

/** Puts the catalog into a database; resolves with a token for it. */
export async function fillDatabase(url: string, folder: string, skus: number): Promise<string> {
  const csv = join(folder, `catalog-${skus}.csv`);
  if (!(await exists(csv))) await writeCatalog(csv, skus);
  const run = (...args: string[]) =>
    runProgram(process.execPath, [MAIN, ...args, '--database', url], { env });
  await run('supplier', 'create', SUPPLIER);
  await run('import', 'skus', csv, '--supplier', SUPPLIER);
  return (await run('token', 'create', '--supplier', SUPPLIER, '--name', 'bench')).trim();
}

/** `stockgate serve`, as `npm start` runs it. Warnings are logged, requests are not: no peer logs them; none has a limit of its own. */
export function serve({ url }: Catalog): Promise<Server> {
  const flags = ['--log-level', 'warn', '--rate-limit', '0'];
  return startServer(
    [
      '--max-semi-space-size=8',
      '--v8-pool-size=1',
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

/** A code with its right check digit (GS1): weights 1 and 3 in turn. */
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
