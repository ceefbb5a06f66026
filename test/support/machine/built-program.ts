/** The program as `npm start` runs it: built once, before the first test. */
import { fileURLToPath } from 'node:url';
import { build } from '../../../build.ts';

export const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** Called by Vitest before the first test. */
export async function setup(): Promise<void> {
  await build();
}
