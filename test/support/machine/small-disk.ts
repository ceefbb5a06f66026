/** A small file system in memory, for tests of a full disk. */
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { run } from './process.ts';

export interface SmallDisk {
  readonly folder: string;
  /** Uses up `bytes`, or all free space, as another program would. */
  fill(bytes?: number): void;
  /** Frees all space that `fill` used. */
  giveBack(): void;
  remove(): Promise<void>;
}

/** Mounts a disk. If that is not possible, the test is skipped, or fails with STOCKGATE_TEST_REQUIRE=all. */
export async function mountSmallDisk(context: TestContext, mebibytes: number): Promise<SmallDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-disk-'));
  const reason = await whyNotMounted(folder, mebibytes);
  if (reason !== undefined) {
    rmdirSync(folder);
    if (process.env['STOCKGATE_TEST_REQUIRE'] === 'all') throw new Error(reason);
    context.skip(reason);
  }
  const filler = join(folder, 'another-program');
  return {
    folder,
    fill: (bytes = freeBytes(folder)) => append(filler, bytes),
    giveBack: () => rmSync(filler, { force: true }),
    remove: async () => {
      // A lazy unmount (-l) works even if a killed gateway still has files open.
      await run('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}

async function whyNotMounted(folder: string, mebibytes: number): Promise<string | undefined> {
  try {
    const options = `size=${mebibytes}m`;
    const { code, stderr } = await run('mount', ['-t', 'tmpfs', '-o', options, 'stockgate-test', folder]);
    return code === 0 ? undefined : `no disk may be mounted here: ${stderr.trim()}`;
  } catch {
    return 'mount is not installed';
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function append(file: string, bytes: number): void {
  const descriptor = openSync(file, 'a');
  try {
    writeSync(descriptor, Buffer.alloc(bytes));
  } finally {
    closeSync(descriptor);
  }
}
