/** A demo for the examples of one page, and a folder like the checkout in which they may write. */
import { globSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../support/machine/process.ts';
import type { Place } from './run-step.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Demo {
  readonly place: Place;
  close(): Promise<void>;
}

export async function openDemo(): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-docs-'));
  for (const name of globSync('{build.ts,dist,src,examples,node_modules,package.json,schema.graphql}', {
    cwd: root,
  }))
    symlinkSync(join(root, name), join(folder, name));
  const database = `sqlite:${join(folder, 'stockgate.db')}`;
  const gateway = await startGateway(database, '--demo');
  return {
    place: { folder, origin: gateway.origin, database },
    close: async () => {
      await gateway.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
