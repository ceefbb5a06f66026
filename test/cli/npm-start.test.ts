/** `npm start`: a signal to npm, or Ctrl-C in the terminal, ends the gateway in order. npm runs it by way of a shell. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startGateway, untilListening } from '../support/machine/process.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** npm in a process group of its own, as a terminal starts it. */
async function npmStart() {
  const folder = await mkdtemp(join(tmpdir(), 'stockgate-npm-'));
  const file = join(folder, 'stock.db');
  const npm = spawn('npm', ['start'], {
    cwd: project,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, STOCKGATE_PORT: '0', STOCKGATE_DATABASE: `sqlite:${file}` },
  });
  const group = npm.pid ?? 0;
  onTestFinished(async () => {
    if (isAlive(group)) process.kill(-group, 'SIGKILL');
    await rm(folder, { recursive: true });
  });
  const gateway = await untilListening(npm);
  return { gateway, group, log: `${file}-wal` };
}

function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

test.each([
  ['SIGTERM to npm', 'SIGTERM', 'npm'],
  ['SIGINT to npm', 'SIGINT', 'npm'],
  ['Ctrl-C, which is SIGINT to all that the terminal runs', 'SIGINT', 'all'],
] as const)('%s', async (_what, signal, target) => {
  const { gateway, group, log } = await npmStart();
  expect((await fetch(`${gateway.origin}/health`)).status).toBe(200);
  expect(existsSync(log)).toBe(true);
  const ended = once(gateway.process, 'exit');
  process.kill(target === 'npm' ? group : -group, signal);
  expect(await ended).toEqual([0, null]);
  // Once npm has ended nothing of it is left, and the store was closed: SQLite removes its log then.
  expect(isAlive(group)).toBe(false);
  await expect(fetch(gateway.origin)).rejects.toThrow('fetch failed');
  expect(existsSync(log)).toBe(false);
});

test.each([
  ['a second signal while the gateway closes changes nothing', 1, [0, null]],
  ['more signals end it at once', Infinity, [null, 'SIGINT']],
])('%s', async (_what, more, ending) => {
  const folder = await mkdtemp(join(tmpdir(), 'stockgate-signals-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { origin, port, process: child } = await startGateway(`sqlite:${join(folder, 'stock.db')}`);
  // A request that is not sent whole holds up the end.
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => socket.destroy()).write('POST /graphql HTTP/1.1\r\nHost: a\r\n');
  await once(socket, 'connect');
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await eventually(() => expect(fetch(origin)).rejects.toThrow('fetch failed'));
  for (let sent = 0; sent < more && child.exitCode === null && child.signalCode === null; sent++) {
    child.kill('SIGINT');
    await nextTurn();
  }
  expect(await ended).toEqual(ending);
});
