/** Reads the files of `deploy/`: their settings, and what they ask of the gateway's metrics. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll, YAML11_SCHEMA } from 'js-yaml';
import { z } from 'zod';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export const paths: readonly string[] = [
  'Dockerfile',
  ...globSync('deploy/*/*', { cwd: root }).map((path) => path.replaceAll('\\', '/')),
].toSorted();

/** The documents of a YAML file, of this shape. Compose files merge services with `<<`, which YAML 1.2 leaves out. */
export function readYaml<T>(path: string, shape: z.ZodType<T>): T[] {
  return loadAll(read(path), { schema: YAML11_SCHEMA }).map((document) => shape.parse(document));
}

type Variables = Readonly<Record<string, string>>;

const Values = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));
const Compose = z.object({
  services: z.record(z.string(), z.object({ image: z.string(), environment: Values.default({}) })),
});

export const services = () => readYaml('deploy/compose/compose.yaml', Compose)[0]?.services ?? {};

/** The services that run this program. */
export const gateways = () => Object.entries(services()).filter(([, { image }]) => image === 'stockgate');

const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const Reference = z.object({ name: z.string(), key: z.string() });
const Container = z.object({
  env: z.array(
    z.object({
      name: z.string(),
      value: z.string().optional(),
      valueFrom: z.object({ secretKeyRef: Reference }).optional(),
    }),
  ),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  ...{ startupProbe: Probe, livenessProbe: Probe, readinessProbe: Probe },
});
const Labels = z.object({ matchLabels: z.record(z.string(), z.string()) });
const Deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    selector: Labels,
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({ containers: z.array(Container) }),
    }),
  }),
});
const Service = z.object({
  kind: z.literal('Service'),
  spec: z.object({
    selector: z.record(z.string(), z.string()),
    ports: z.array(z.object({ targetPort: z.string() })),
  }),
});
const Budget = z.object({ kind: z.literal('PodDisruptionBudget'), spec: z.object({ selector: Labels }) });

/** The manifests of the gateway, in the order of their file. */
export function readManifests() {
  const [deployment, service, budget] = loadAll(read('deploy/kubernetes/gateway.yaml'));
  const parsed = Deployment.parse(deployment);
  const [container] = parsed.spec.template.spec.containers;
  if (!container) throw new Error('The Deployment has no container.');
  return {
    deployment: parsed,
    container,
    service: Service.parse(service),
    budget: Budget.parse(budget),
  };
}

const Secret = z.object({
  metadata: z.object({ name: z.string() }),
  stringData: z.record(z.string(), z.string()),
});

/** The environment of a gateway's process, by the file that sets it. */
export function environments(): Record<string, Variables> {
  const [secret] = readYaml('deploy/kubernetes/secret.yaml', Secret);
  const { container } = readManifests();
  const kubernetes = container.env.map(({ name, value, valueFrom: from }): [string, string] => [
    name,
    value ??
      (from?.secretKeyRef.name === secret?.metadata.name
        ? (secret?.stringData[from?.secretKeyRef.key ?? ''] ?? '')
        : ''),
  ]);
  const lines = (path: string, form: RegExp) =>
    Object.fromEntries(Array.from(read(path).matchAll(form), ([, name = '', value = '']) => [name, value]));
  return {
    Dockerfile: lines('Dockerfile', /^(?:ENV| +)\s*([A-Z_]+)=(\S+?)(?: \\)?$/gm),
    systemd: lines('deploy/systemd/stockgate.service', /^Environment=([A-Z_]+)=(.*)$/gm),
    kubernetes: Object.fromEntries(kubernetes),
    ...Object.fromEntries(gateways().map(([name, { environment }]) => [name, environment])),
  };
}

/** Names of variables of the program, and of PostgreSQL's client. */
export function variablesIn(text: string): string[] {
  return text.match(/\b(?:STOCKGATE_|PG)[A-Z_]*[A-Z]\b/g) ?? [];
}

const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const Dashboard = z.object({
  panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })) })),
});

export const readAlerts = () =>
  readYaml('deploy/prometheus/alerts.yaml', Rules).flatMap(({ groups }) =>
    groups.flatMap(({ rules }) => rules),
  );

export const readTargets = () =>
  Dashboard.parse(JSON.parse(read('deploy/grafana/stockgate.json'))).panels.flatMap(({ targets }) => targets);
