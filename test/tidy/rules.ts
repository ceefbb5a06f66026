/** The house rules as functions: a file in, complaints out. */
import { posix } from 'node:path';
import { parseAst } from 'vitest/node';
import { z } from 'zod';
import { problems } from '../../src/domain/refusal.ts';

export interface SourceFile {
  /** From the checkout's folder: `src/http/server.ts`. */
  readonly path: string;
  readonly text: string;
}

export type Rule = (file: SourceFile) => string[];

export const MAX_FILE_LINES = 220;
export const MAX_FUNCTION_LINES = 50;

/** A node of the syntax tree. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** A complaint for each node that the test finds fault with, with its line. */
const nodeRule =
  (find: (node: Node, file: SourceFile) => string | false | undefined): Rule =>
  (file) =>
    nodesOf(file).flatMap((node) => {
      const complaint = find(node, file);
      return complaint ? [`${file.path}:${lineOf(file.text, node.start)}: ${complaint}`] : [];
    });

/** A complaint for each line that holds the words. */
const textRule =
  (words: RegExp): Rule =>
  ({ path, text }) =>
    text.split('\n').flatMap((line, i) => (words.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : []));

function nodesOf({ path, text }: SourceFile): Node[] {
  const found: Node[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (isNode(value)) {
      found.push(value);
      Object.values(value).forEach(collect);
    }
  };
  collect(parseAst(text, { lang: path.endsWith('.tsx') ? 'tsx' : 'ts' }));
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

const lineOf = (text: string, at: number) => text.slice(0, at).split('\n').length;
const linesOf = (text: string) => text.trimEnd().split('\n').length;

interface Import {
  /** A package, or a file from the checkout's folder. */
  readonly from: string;
  /** What is taken of it at run time. */
  readonly values: readonly string[];
}

export function importsOf(file: SourceFile): Import[] {
  return nodesOf(file).flatMap((node) => {
    const { source, specifiers } = node;
    if (!isNode(source) || typeof source['value'] !== 'string') return [];
    const name = source['value'];
    const from = name.startsWith('.') ? posix.join(posix.dirname(file.path), name) : name;
    const values = Array.isArray(specifiers) && node['importKind'] !== 'type' ? specifiers : [];
    return [{ from, values: values.flatMap(importedValue) }];
  });
}

function importedValue(specifier: unknown): string[] {
  if (!isNode(specifier) || specifier['importKind'] === 'type') return [];
  const { imported } = specifier;
  return isNode(imported) && typeof imported['name'] === 'string' ? [imported['name']] : ['default'];
}

/** The edge takes types and lists of the domain; its rules are called through the contract alone. */
export const edgeRule =
  (domainFiles: readonly SourceFile[]): Rule =>
  (file) => {
    if (!file.path.startsWith('src/http/')) return [];
    const functionsOf = ({ text }: SourceFile) =>
      Array.from(text.matchAll(/^export function (\w+)/gm), ([, name]) => name);
    return importsOf(file).flatMap(({ from, values }) => {
      const functions = new Set(domainFiles.filter(({ path }) => path === from).flatMap(functionsOf));
      return values.filter((name) => functions.has(name)).map((name) => `${file.path} imports ${name}()`);
    });
  };

/** It is published alone, and has no dependencies. */
export const clientImportRule: Rule = (file) =>
  importsOf(file)
    .filter(({ from }) => !from.startsWith('packages/client/src/'))
    .map(({ from }) => `${file.path} imports ${from}`);

/** Other rooms call the domain's functions, which keep the order of the problems. */
export const refusalRule = nodeRule(({ type, key, value }, { path }) => {
  if (type !== 'Property' || path.startsWith('src/domain/')) return false;
  if (!isNode(key) || key['name'] !== 'problem' || !isNode(value)) return false;
  return problems.some((problem) => problem === value['value']) && 'makes a refusal';
});

export const fileSizeRule: Rule = ({ path, text }) =>
  linesOf(text) > MAX_FILE_LINES ? [`${path} has ${linesOf(text)} lines`] : [];

export const functionSizeRule = nodeRule(({ type, start, end }, { text }) => {
  if (!/^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type)) return false;
  const lines = linesOf(text.slice(start, end));
  return lines > MAX_FUNCTION_LINES && `a function of ${lines} lines`;
});

export const firstLineRule: Rule = ({ path, text }) =>
  /^(?:#!.*\n)?\/\*\* \S/.test(text) ? [] : [`${path} does not open with a sentence on what lives there`];

export const anyRule = nodeRule(({ type }) => type === 'TSAnyKeyword' && 'any');
export const nonNullRule = nodeRule(({ type }) => type === 'TSNonNullExpression' && 'a non-null !');
export const defaultExportRule = nodeRule(
  ({ type }) => type === 'ExportDefaultDeclaration' && 'a default export',
);
export const reexportRule = nodeRule(
  ({ type, source }) => /^Export(?:Named|All)Declaration$/.test(type) && isNode(source) && 'a re-export',
);
export const unfinishedRule = textRule(/\b(?:TODO|FIXME|XXX)\b/);
export const consoleRule = nodeRule(
  ({ type, name }) => type === 'Identifier' && name === 'console' && 'console',
);

/** Words that mean something else here, or nothing; docs/design.md has the ones to use. */
const strayWords = /vendor|tenant|barcode|backorders|on_?hand/i;
export const wordsRule = nodeRule(
  ({ type, name }) => type === 'Identifier' && typeof name === 'string' && strayWords.test(name) && name,
);

/** A thread's program has a clock of its own, as the process has. */
const programs = new Set([
  'src/main.ts',
  'src/gateway/request-thread-main.ts',
  'src/gateway/feed-thread-main.ts',
  'src/gateway/http/http-thread-main.ts',
]);

/** Programs alone read the process and the clock; all else is handed them. The board is the browser's program. */
export const processRule = nodeRule((node, { path }) => {
  if (programs.has(path) || path.startsWith('src/board/')) return false;
  const { type, name, callee } = node;
  if (type === 'Identifier' && name === 'process') return 'process';
  const args = node['arguments'];
  const isNow = Array.isArray(args) && args.length === 0 && isNode(callee);
  if (isNow && type === 'NewExpression' && callee['name'] === 'Date')
    return path.startsWith('src/') && 'new Date()';
  return isNow && isNode(callee['object']) && callee['object']['name'] === 'Date' && 'Date.now()';
});

export const fileNameRule: Rule = ({ path }) => {
  const parts = path.split('/').slice(1);
  const isKebab = parts.every((part) => /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*$/.test(part));
  const isDrawer = parts.some((part) =>
    /^(?:utils?|helpers?|common|services?|types|misc|index)(?:\.ts)?$/.test(part),
  );
  // The one index loads the schema's parts, and builds it.
  return isKebab && (!isDrawer || path === 'src/schema/index.ts') ? [] : [`${path} is no name for a file`];
};

/** Folders that only one machine has. */
export const machinePathRule = textRule(/(?<![\w.])\/(?:work|root|home\/\w+|Users\/\w+)\//);

const Versions = z.record(z.string(), z.string()).optional();
const Manifest = z.object({
  dependencies: Versions,
  devDependencies: Versions,
  optionalDependencies: Versions,
  peerDependencies: Versions,
});

/** Versions that are no exact version, in the sections of a package.json. */
export const exactVersionRule: Rule = ({ path, text }) => {
  const manifest = Manifest.parse(JSON.parse(text));
  return Object.values(manifest).flatMap((section) =>
    Object.entries(section ?? {})
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
      .map(([name, version]) => `${path}: ${name} ${version}`),
  );
};

/** A lock file that names a registry binds everyone to it. */
export const lockRule = textRule(
  /"resolved"|https?:\/\/[^"/]*(?:registry|npm|\d+\.\d+\.\d+\.\d+|localhost)/i,
);
