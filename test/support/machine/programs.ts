/** Other programs that tests run, where they are installed. */
import { execFileSync } from 'node:child_process';
import type { TestContext } from 'vitest';

/** Debian's Python beside any other that comes first on the PATH; undefined where neither has the module. */
export function findPython(module: string): string | undefined {
  return ['/usr/bin/python3', 'python3'].find((program) => succeeds(program, ['-c', `import ${module}`]));
}

export function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Gives the program. If it is not installed, skips the test, or fails it with STOCKGATE_TEST_REQUIRE=all. */
export function requireProgram(context: TestContext, name: string, found: string | undefined): string {
  if (found !== undefined) return found;
  const reason = `${name} is not installed`;
  if (process.env['STOCKGATE_TEST_REQUIRE'] === 'all') throw new Error(reason);
  return context.skip(reason);
}
