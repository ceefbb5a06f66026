/** Query parameters of the OpenAPI document, from the zod schemas that read them. */
import { z } from 'zod';
import type { Part } from './answers.ts';

/** A parameter for each field of the object. The descriptions name all of them. */
export function queryParameters(fields: z.ZodType, descriptions: Readonly<Record<string, string>>): Part[] {
  const { properties = {} } = z.toJSONSchema(fields, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, schema]) => {
    const description = descriptions[name];
    if (description === undefined) throw new Error(`The parameter ${name} has no description.`);
    return { name, in: 'query', description, schema: withoutNull(schema as Part) };
  });
}

/** In an address there is no null: what is left out has none. */
function withoutNull({ anyOf, default: fallback, ...schema }: Part): Part {
  const [sent] = Array.isArray(anyOf) ? (anyOf as Part[]) : [];
  return { ...schema, ...sent, ...(typeof fallback === 'string' && { default: fallback }) };
}
