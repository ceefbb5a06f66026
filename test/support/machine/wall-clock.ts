/** A wall clock that jumps while the real program runs, by libfaketime; its monotonic clock goes on as it is. */
import { globSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** Debian's package libfaketime; the variant for programs with threads. */
const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');

/** Skips a test where no clock can jump, or fails it where everything is required. */
export function skipWithoutFaketime(context: TestContext): void {
  if (library !== undefined) return;
  const reason = 'libfaketime is not installed';
  if (process.env['STOCKGATE_TEST_REQUIRE'] === 'all') throw new Error(reason);
  context.skip(reason);
}

export interface WallClock {
  /** The environment of a program that has this clock. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets it to so many seconds after the real time, or before it where negative. */
  jump(seconds: number): void;
  remove(): void;
}

export function createWallClock(): WallClock {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-clock-'));
  const file = join(folder, 'offset');
  const jump = (seconds: number) => {
    // Moved into place, so that nobody reads half of it.
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
