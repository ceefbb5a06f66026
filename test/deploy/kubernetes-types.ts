/** Turns Kubernetes manifests into a TypeScript program, so that the compiler finds misspelled keys and values of a wrong type. */
import { loadAll } from 'js-yaml';
import { z } from 'zod';

const Document = z.looseObject({ apiVersion: z.string(), kind: z.string() });

/** One variable for each document of the YAML texts, of the type of its kind in kubernetes-models. */
export function toProgram(texts: readonly string[]): string {
  return texts
    .flatMap((text) => loadAll(text))
    .map((value, i) => {
      const document = Document.parse(value);
      const { apiVersion, kind } = document;
      const from = apiVersion.startsWith('postgresql.cnpg.io/')
        ? '@kubernetes-models/cloudnative-pg'
        : 'kubernetes-models';
      return `import type { I${kind} as Kind${i} } from '${from}/${apiVersion}/${kind}';
export const document${i}: Kind${i} = ${JSON.stringify(document)};`;
    })
    .join('\n');
}
