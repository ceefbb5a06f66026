/** Runs programs in a folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Resolves with what the program prints. Throws with all of it if the program fails. */
export async function runIn(folder: string, program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`${program} failed (${child.exitCode}):\n${stdout}\n${stderr}`);
  return stdout;
}
