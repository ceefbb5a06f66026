/** The documented clients, each run for real against a running gateway. Those not installed are skipped, unless all are required. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEMO_TOKEN } from '../../src/demo/demo.ts';
import { run, startGateway, type RunningGateway } from '../support/machine/process.ts';

const required = process.env['STOCKGATE_TEST_REQUIRE'] === 'all';
const document = readFileSync(new URL('../fixtures/update-sku-inventory.md', import.meta.url), 'utf8');

/** Debian's python3 beside any other that comes first on the PATH. */
const python = ['python3', '/usr/bin/python3'].find((program) =>
  succeeds(program, ['-c', 'import requests']),
);

let folder: string;
let gateway: RunningGateway;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stockgate-clients-'));
  gateway = await startGateway(`sqlite:${join(folder, 'stockgate.db')}`, '--demo');
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the documented client, with nothing changed but its host, updates the SKU:', () => {
  beforeEach(() => post({ sku_id: 'xkuOwSQ3utl', quantity_in_stock: 99 }));

  test.skipIf(!required && !succeeds('curl', ['--version']))('curl', async () => {
    const { stdout } = await run('bash', ['-c', withHost(documented('bash', 'Curl'))]);
    expect(stdout).toBe('{"message":"success"}');
    expect(await quantityInStock()).toBe(3);
  });

  test.skipIf(!required && !succeeds('http', ['--version']))('HTTPie', async () => {
    const command = withHost(documented('bash', 'HTTPie')).replace(
      'http --json',
      'http --ignore-stdin --json',
    );
    const { stdout } = await run('bash', ['-c', command]);
    expect(JSON.parse(stdout)).toEqual({ message: 'success' });
    expect(await quantityInStock()).toBe(3);
  });

  test.skipIf(!required && !python)('Python requests, its syntax error repaired', async () => {
    const snippet = withHost(documented('python', 'Python (requests)'))
      .replace(/json\.dumps\([^)]*\)/, 'json.dumps({"quantity_in_stock": 3, "sku_id": "xkuOwSQ3utl"})')
      .concat('\nsend_request()\n');
    const { stdout } = await run(python ?? 'python3', ['-c', snippet]);
    expect(stdout).toContain('Response HTTP Status Code: 200');
    expect(stdout).toContain('{"message":"success"}');
    expect(await quantityInStock()).toBe(3);
  });

  test('Node.js', async () => {
    const snippet = documented('javascript', 'Node.js')
      .replace("require('https')", "require('http')")
      .replace("'api-dev.cruxconnect.com'", "'127.0.0.1'")
      .replace("port: '443'", `port: '${gateway.port}'`);
    const file = join(folder, 'documented.cjs');
    writeFileSync(file, snippet);
    const { stdout } = await run(process.execPath, [file]);
    expect(stdout).toContain('STATUS: 200');
    expect(stdout).toContain('BODY: {"message":"success"}');
    expect(await quantityInStock()).toBe(3);
  });
});

test.skipIf(!required && !succeeds('sqlite3', ['--version']))(
  'what was updated is in the file, for any SQLite to read',
  async () => {
    await post({ sku_id: '2mNh6Gvwgl7LjmZj', quantity_on_backorder: 41, restrictions: 'tmpunavail' });
    const { stdout } = await run('sqlite3', [
      join(folder, 'stockgate.db'),
      "select quantity_on_backorder, restrictions from sku where sku_id = '2mNh6Gvwgl7LjmZj'",
    ]);
    expect(stdout).toBe('41|tmpunavail\n');
  },
);

/** The code block of the document that carries this title. */
function documented(language: string, title: string): string {
  const block = document
    .split('~~~ ')
    .find((part) => part.startsWith(language) && part.includes(`{: title="${title}" }`));
  const code = block?.slice(language.length).split('\n~~~')[0];
  if (code === undefined) throw new Error(`The document has no ${title} example.`);
  return code;
}

function withHost(code: string): string {
  return code.replaceAll('https://api-dev.cruxconnect.com', gateway.origin);
}

async function post(body: object): Promise<void> {
  const response = await fetch(`${gateway.origin}/timp/products/skus/inventory/`, {
    method: 'POST',
    headers: { authorization: `Token ${DEMO_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
}

async function quantityInStock(): Promise<number> {
  const response = await fetch(`${gateway.origin}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${DEMO_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ sku(by: { skuId: "xkuOwSQ3utl" }) { quantityInStock } }' }),
  });
  return (await response.json()).data.sku.quantityInStock;
}

function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
