/** Compares PromQL with the page that a gateway prints for Prometheus. */

/** The series of a metric: the labels of each. */
export type Page = ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>;

/** Labels that Prometheus adds. */
const ADDED = ['job', 'instance', 'alertname', 'alertstate'];

export function readPage(text: string): Page {
  const page = new Map<string, Record<string, string>[]>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const series = page.get(name) ?? [];
    page.set(name, series);
    series.push(
      Object.fromEntries(
        Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, key = '', value = '']) => [key, value]),
      ),
    );
  }
  return page;
}

/** What the expression names and the page does not have: metrics, labels and values of labels. */
export function missingIn(page: Page, expression: string, legend = ''): string[] {
  const used = Array.from(
    expression.matchAll(/\b((?:stockgate|process|nodejs)_\w+)(?:\{([^}]*)\})?/g),
    ([, name = '', matchers = '']) => ({ name, matchers }),
  );
  if (used.length === 0 && !/\bup\{/.test(expression)) return [`no metric in ${expression}`];
  const series = used.flatMap(({ name }) => page.get(name) ?? []);
  const known = new Set([...ADDED, ...series.flatMap((labels) => Object.keys(labels))]);
  const grouped = Array.from(expression.matchAll(/\bby \(([^)]*)\)/g), ([, names = '']) =>
    names.split(/, */),
  ).flat();
  const shown = Array.from(legend.matchAll(/\{\{(\w+)\}\}/g), ([, name = '']) => name);
  return [
    ...used.flatMap(({ name, matchers }) => unmatched(page, name, matchers)),
    ...[...grouped, ...shown].filter((name) => !known.has(name)),
  ];
}

function unmatched(page: Page, name: string, matchers: string): string[] {
  const series = page.get(name);
  if (!series) return [name];
  return Array.from(matchers.matchAll(/(\w+)=~?"([^"]*)"/g)).flatMap(([, label = '', values = '']) =>
    ADDED.includes(label)
      ? []
      : values
          .split('|')
          .filter((value) => !series.some((labels) => labels[label] === value))
          .map((value) => `${name}{${label}="${value}"}`),
  );
}
