/** Checks the files of `deploy/` with the tools that they are for, and says which tools are not installed. Run it with `npm run check-deploy`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toProgram } from './kubernetes-types.ts';
import { readTargets } from './read-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'stockgate-deploy-'));
/** Exact versions, so that a check that passed passes again. */
const PACKAGES = [
  'kubernetes-models@5.1.0',
  '@kubernetes-models/cloudnative-pg@2.0.0',
  'dockerfile-utils@0.16.3',
];
const TYPES = ['--noEmit', '--skipLibCheck', '--module', 'preserve', '--target', 'esnext', '--strict'];

type Outcome = 'passed' | 'not installed' | 'failed';

/** Runs a program, which passes with an expected exit code. */
function check(
  program: string,
  args: readonly string[],
  folder = root,
  isExpected = (code: number): boolean => code === 0,
): Outcome {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, POSTGRES_PASSWORD: 'example' },
  });
  if (error && 'code' in error && error.code === 'ENOENT') return 'not installed';
  if (isExpected(status ?? -1)) return 'passed';
  process.stderr.write(`${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return 'failed';
}

/** Writes a file in the scratch folder, and gives its path. */
function write(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The unit, with a program that this machine has. */
function unit(): string {
  const text = read('deploy/systemd/stockgate.service').replace(
    /^ExecStart=\S+/m,
    `ExecStart=${process.execPath}`,
  );
  return write('stockgate.service', text);
}

/** The dashboard's expressions as rules, with values in place of Grafana's variables. */
function dashboardRules(): string {
  const rules = readTargets().map(({ expr }, i) => ({
    record: `dashboard:${i}`,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, 'any'),
  }));
  return write('dashboard.yaml', JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
}

/** Compiles the manifests against the types of their kinds. A control, with a misspelled key, has to be refused. */
function checkManifests(): Outcome {
  const program = toProgram(
    ['gateway', 'postgres', 'secret'].map((name) => read(`deploy/kubernetes/${name}.yaml`)),
  );
  const compile = (name: string, text: string, isExpected?: (code: number) => boolean) =>
    check(join(root, 'node_modules/.bin/tsc'), [...TYPES, write(name, text)], scratch, isExpected);
  const outcome = compile('manifests.ts', program);
  if (outcome !== 'passed') return outcome;
  return compile('misspelled.ts', program.replace('livenessProbe', 'livenessProb'), (code) => code !== 0);
}

function checkDockerfile(): Outcome {
  const text = JSON.stringify(read('Dockerfile'));
  const program = `const { validate } = require('dockerfile-utils');
    const found = validate(${text}); console.error(found); process.exit(found.length);`;
  return check(process.execPath, ['-e', program], scratch);
}

const install = ['install', '--no-save', '--ignore-scripts', '--prefix', scratch, ...PACKAGES];
const prometheus = join(root, 'deploy/prometheus');
const compose = ['--file', 'deploy/compose/compose.yaml', 'config', '--quiet'];
const hasPlugin = spawnSync('docker', ['compose', 'version']).status === 0;

const checks: Record<string, () => Outcome> = {
  'systemd unit: systemd-analyze verify': () => check('systemd-analyze', ['verify', unit()]),
  'haproxy.cfg: haproxy -c': () => check('haproxy', ['-c', '-f', 'deploy/compose/haproxy.cfg']),
  'compose.yaml: docker compose config': () =>
    hasPlugin ? check('docker', ['compose', ...compose]) : check('docker-compose', compose),
  'alerts: promtool check rules': () => check('promtool', ['check', 'rules', 'alerts.yaml'], prometheus),
  'alerts: promtool test rules': () => check('promtool', ['test', 'rules', 'alerts.test.yaml'], prometheus),
  'dashboard, its expressions: promtool check rules': () =>
    check('promtool', ['check', 'rules', dashboardRules()]),
  'Dockerfile: dockerfile-utils': checkDockerfile,
  'Kubernetes manifests: kubernetes-models and tsc': checkManifests,
};

try {
  const installed = check('npm', install);
  if (installed !== 'passed')
    process.stderr.write(`The packages ${PACKAGES.join(' ')} could not be installed.\n`);
  const outcomes = Object.entries(checks).map(([name, run]): [string, Outcome] => [name, run()]);
  for (const [name, outcome] of outcomes) process.stdout.write(`${outcome.padEnd(14)} ${name}\n`);
  if (outcomes.some(([, outcome]) => outcome === 'failed')) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true });
}
