/** Tokens in the clear: where the gateway listens beyond loopback it says so once, on stderr and in the log, and what to do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { spawnGateway, untilListening } from '../support/machine/process.ts';

const folder = mkdtempSync(join(tmpdir(), 'stockgate-network-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// 127.1 is 127.0.0.1 in a spelling that the gateway does not take for loopback: no test listens on the network.
test.each([
  ['127.1', 1],
  ['127.0.0.1', 0],
])('--host %s', async (host, warnings) => {
  // Standard error comes along with standard output.
  const launch = { under: ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh'] };
  const child = spawnGateway(`sqlite:${join(folder, `${host}.db`)}`, ['--host', host], launch);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const gateway = await untilListening(child);
  await gateway.stop();
  const lines = text.split('\n').filter((line) => line.includes('without TLS'));
  expect(lines.filter((line) => line.startsWith('{'))).toHaveLength(warnings);
  expect(lines.filter((line) => line.startsWith('stockgate: '))).toHaveLength(warnings);
  for (const line of lines) expect(line).toContain('Put TLS in front');
});
