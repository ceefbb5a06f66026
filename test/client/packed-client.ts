/** The client as it is published: packed, and unpacked into a fresh folder. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../support/stores/databases.ts';
import { runIn } from '../support/machine/run-in.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface PackedClient {
  /** A package that has nothing but the client in its `node_modules`. */
  readonly folder: string;
  /** Where the client is. */
  readonly path: string;
  /** Its files, sorted. */
  readonly files: readonly string[];
  remove(): void;
}

export async function packClient(): Promise<PackedClient> {
  const { path: folder, remove } = makeFolder();
  const path = join(folder, 'node_modules/@stockgate/client');
  mkdirSync(path, { recursive: true });
  const quiet = ['--offline', '--no-update-notifier'];
  await runIn(root, 'npm', ['run', ...quiet, 'pack-client', '--', ...quiet, '--pack-destination', folder]);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  await runIn(folder, 'tar', ['-xzf', tarball, '-C', path, '--strip-components', '1']);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
  return { folder, path, files: files.toSorted(), remove };
}
