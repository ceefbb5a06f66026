/** Makes the wall clock of the real program jump while it runs, with libfaketime. The monotonic clock is not changed. */
import { globSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** From Debian's package libfaketime: the variant for programs with threads. */
const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');

/** If libfaketime is not installed, skips the test, or fails it with STOCKGATE_TEST_REQUIRE=all. */
export function skipWithoutFaketime(context: TestContext): void {
  if (library !== undefined) return;
  const reason = 'libfaketime is not installed';
  if (process.env['STOCKGATE_TEST_REQUIRE'] === 'all') throw new Error(reason);
  context.skip(reason);
}

export interface WallClock {
  /** Environment variables that give a program this clock. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets the clock to the real time plus `seconds`, which may be negative. */
  jump(seconds: number): void;
  remove(): void;
}

export function createWallClock(): WallClock {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-clock-'));
  const file = join(folder, 'offset');
  const jump = (seconds: number) => {
    // A rename is atomic, so the program never reads half of the file.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  };
  jump(0);
  return {
    env: {
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    jump,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
