/** A demo for the examples of one page, and a folder like the checkout in which they may write. */
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../support/machine/process.ts';
import { runIn } from '../support/machine/run-in.ts';
import type { Place } from './run-step.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Demo {
  readonly place: Place;
  close(): Promise<void>;
}

export async function openDemo(): Promise<Demo> {
  const parent = mkdtempSync(join(tmpdir(), 'stockgate-docs-'));
  const folder = join(parent, 'checkout');
  mkdirSync(folder);
  const names = '{build.ts,dist,src,examples,packages,node_modules,package.json,schema.graphql}';
  for (const name of globSync(names, { cwd: root })) symlinkSync(join(root, name), join(folder, name));
  await installClient(join(parent, 'node_modules/@stockgate/client'));
  const database = `sqlite:${join(folder, 'stockgate.db')}`;
  const gateway = await startGateway(database, '--demo');
  return {
    place: { folder, origin: gateway.origin, database },
    close: async () => {
      await gateway.stop();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

/** Node finds it there as if its reader had installed it. */
async function installClient(path: string): Promise<void> {
  const source = join(root, 'packages/client');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await runIn(source, process.execPath, [tsc, '-p', source, '--outDir', join(path, 'dist')]);
  copyFileSync(join(source, 'package.json'), join(path, 'package.json'));
}
