/** An archive in trouble: a full disk and a killed process leave whole files, and a later run goes on. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archiveCommand } from '../../src/cli/upkeep/archive.ts';
import { runCommand, spawnCommand } from '../support/machine/process.ts';
import { mountSmallDisk } from '../support/machine/small-disk.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { indices } from '../support/range.ts';
import { requestOf, setSku } from '../support/requests.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { readLines } from './archived.ts';

const CHANGES = 4_000;
const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
  // Reasons that cannot be compressed: two megabytes in all.
  const requests = indices(CHANGES).map((i) =>
    requestOf(origin, [setSku('shared', { quantityInStock: 100 + i })], {
      reason: randomBytes(375).toString('base64'),
    }),
  );
  for (let at = 0; at < CHANGES; at += 500)
    await Promise.all(requests.slice(at, at + 500).map((request) => gateway.inventory.update(request)));
});
afterAll(() => gateway.close());

test('a full disk is named, and what is whole stays; with more room the next run goes on', async (context) => {
  const disk = await mountSmallDisk(context, 5);
  try {
    const archive = () => runHere(archiveCommand, [disk.folder, '--database', gateway.url]);
    disk.fill(4 << 20);
    const acme = join(disk.folder, 'acme');
    await expect(archive()).rejects.toThrow('The changes of 1 supplier were not archived.');
    expect(readdirSync(acme)).toEqual([]);
    const { stderr } = await runCommand('archive', disk.folder, '--database', gateway.url);
    expect(stderr).toContain(
      `acme: There is no room for ${join(acme, 'next.ndjson.gz.part')} on its disk.\n`,
    );
    disk.giveBack();
    await archive();
    expect(readLines(acme)).toHaveLength(CHANGES);
  } finally {
    await disk.remove();
  }
});

test('a process that is killed leaves no file that is not whole, and the next run has everything once', async () => {
  const folder = makeFolder();
  const acme = join(folder.path, 'acme');
  const child = spawnCommand('archive', folder.path, '--database', gateway.url);
  const exited = once(child, 'exit');
  while (!(existsSync(acme) && readdirSync(acme).length > 0) && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(readdirSync(acme)).toEqual(['next.ndjson.gz.part']);
  expect((await runCommand('archive', folder.path, '--verify')).stdout).toBe('');
  expect((await runCommand('archive', folder.path, '--database', gateway.url)).code).toBe(0);
  expect(readLines(acme).map((line) => line.position)).toEqual(indices(CHANGES).map((i) => i + 1));
  folder.remove();
});

test('a folder that cannot be made is told at once', async () => {
  const file = join(dirname(gateway.url.slice('sqlite:'.length)), 'file');
  writeFileSync(file, '');
  const archive = (folder: string) => runHere(archiveCommand, [folder, '--database', gateway.url]);
  await expect(archive(file)).rejects.toThrow(`${file} is a file. Name a folder.`);
  await expect(archive(join(file, 'below'))).rejects.toThrow(/ENOTDIR/);
  await expect(runHere(archiveCommand, [`${file}-none`, '--verify'])).rejects.toThrow(
    `${file}-none is no folder that can be read.`,
  );
});

test.runIf(existsSync('/proc/self'))('also where Node alone would try for ever', async () => {
  const made = runHere(archiveCommand, ['/proc/none/below', '--database', gateway.url]);
  await expect(made).rejects.toThrow(/ENOENT/);
});
