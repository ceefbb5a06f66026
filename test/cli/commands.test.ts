/** How commands are run after `npm ci`: what help says to type exists, and it prints the version. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { run, runCommand } from '../support/machine/process.ts';
import { runProgramHere } from '../support/run-here.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const packageJson: { version: string; bin: { stockgate: string } } = JSON.parse(
  await readFile(join(project, 'package.json'), 'utf8'),
);
const printed = { code: 0, stdout: `${packageJson.version}\n`, stderr: '' };
const npm = (...args: string[]) => run('npm', ['--prefix', project, ...args]);

test.each(['--version', 'version'])('%s prints the version', async (command) => {
  expect(await runCommand(command)).toEqual(printed);
});

test('the way to run a command that help names is there', async () => {
  const { stdout: help } = await runCommand('--help');
  const [, typed = ''] = /^Usage: (.*) COMMAND/m.exec(help) ?? [];
  const [program, ...args] = [...typed.split(' '), '--version'];
  expect(program).toBe('npm');
  expect(await npm('--silent', ...args)).toEqual(printed);
});

test('every command says how it is run as the list of commands does', async () => {
  const { out: list } = await runProgramHere(['help']);
  const names = [...list.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
  expect(names).toContain('version');
  for (const name of names) {
    const { out: help } = await runProgramHere([name, '--help']);
    expect(help).toMatch(new RegExp(`^Usage: npm run stockgate -- ${name}\\b`));
    expect(help).not.toMatch(/(?<!run )\bstockgate (?!--)[a-z]+ /);
  }
});

test('a command line that cannot be understood is told where to look', async () => {
  const see = async (...args: string[]) => (await runProgramHere(args)).err.split('\n').at(-2);
  expect(await see('nonsense')).toBe('See: npm run stockgate -- --help');
  expect(await see('token')).toBe('See: npm run stockgate -- token --help');
});

test('a command that fails before its writer has started ends with its own message', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stockgate-commands-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const store = ['--database', `sqlite:${join(folder, 'stockgate.db')}`];
  await runCommand('supplier', 'create', 'acme', ...store);
  const { code, stderr } = await runCommand('import', 'undo', 'none', '--supplier', 'acme', ...store);
  expect(stderr).toMatch(/^stockgate: The supplier has no group "none"[^\n]*\n$/);
  expect(code).toBe(1);
});

test('the program that npx runs is one: it has a shebang, and may be executed', async () => {
  expect(await run(join(project, packageJson.bin.stockgate), ['--version'])).toEqual(printed);
});

test('npm warns of no engine, for the right Node is installed; without the setting it would', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stockgate-engines-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'a', engines: { node: '>=1000' } }));
  // An npm that runs this test hands its own setting down.
  const fresh = ['-u', 'npm_config_loglevel', 'npm'];
  const install = () => run('env', [...fresh, '--prefix', folder, 'install', '--dry-run', '--offline']);
  expect((await install()).stderr).toContain('EBADENGINE');
  await copyFile(join(project, '.npmrc'), join(folder, '.npmrc'));
  expect((await install()).stderr).toBe('');
});

test('serve says how to choose another port where the port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const folder = await mkdtemp(join(tmpdir(), 'stockgate-port-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const store = `sqlite:${join(folder, 'stockgate.db')}`;
  const flags = ['--port', String(port), '--log-level', 'silent', '--database', store];
  const { code, stderr } = await runCommand('serve', ...flags);
  expect(code).toBe(1);
  expect(stderr).toContain(
    `127.0.0.1:${port}: another program listens there. Choose another port with --port,`,
  );
});
