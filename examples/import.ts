/** Hands in an inventory file, a CSV or a workbook, and shows its progress: `node examples/import.ts [FILE]`. */
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
// In a program of your own: from '@stockgate/client'.
import { createClient } from '../packages/client/src/client.ts';

const client = createClient({
  url: process.env['URL'] ?? 'http://127.0.0.1:4000',
  token: process.env['TOKEN'] ?? '1083e3ec5c40b36fd663ba925bc8d864061463e2',
});

const path = process.argv[2] ?? fileURLToPath(new URL('inventory.csv', import.meta.url));
const result = await client.importFile(await openAsBlob(path), {
  filename: basename(path),
  reason: 'Monday count',
  onProgress: ({ state, rowsDone }) => console.log(state, rowsDone),
});
if (!result.ok) throw new Error(result.error.message);
const { rows, applied, unchanged, problems } = result.report;
console.log(`${rows} rows: ${applied} applied, ${unchanged} unchanged, ${problems.length} with problems`);
for (const { line, message } of problems) console.log(`line ${line}: ${message}`);
