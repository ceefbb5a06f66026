/** The OpenAPI document as tests use it: judges of answers, and random requests. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { array, constantFrom, integer, oneof, record, string, type Arbitrary } from 'fast-check';

/** The keywords of the document's schemas that are read here. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

interface Body {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, Body>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Body>> }>>;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Judges values and answers by the document. */
export function createJudge(document: Document) {
  const ajv = new Ajv2020({
    strict: false,
    unicodeRegExp: true,
    formats: { date: true, 'date-time': true, uuid: true },
  });
  ajv.addSchema({ $id: 'document', components: document.components });
  const validate = (schema: Schema, value: unknown): string[] => {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
    const judge = ajv.compile(JSON.parse(text) as Schema);
    return judge(value) ? [] : [`${ajv.errorsText(judge.errors)}: ${JSON.stringify(value)}`];
  };
  return {
    validate,
    /** What does not fit: a status or a body that the document does not know. Empty if all fits. */
    complaints(method: string, path: string, status: number, body: string): string[] {
      const answer = document.paths[path]?.[method]?.responses[status];
      if (!answer) return [`${method} ${path} may not answer ${status}: ${body}`];
      const json = answer.content?.['application/json'];
      return json ? validate(json.schema, JSON.parse(body)) : [];
    },
  };
}

/** Values that fit the schema. It knows the keywords of the document's request bodies. */
export function valuesOf(document: Document, schema: Schema): Arbitrary<unknown> {
  const judge = createJudge(document);
  const of = (part: Schema): Arbitrary<unknown> => {
    const { $ref, type, properties = {}, items = {}, minimum = 0, maximum, format } = part;
    if ($ref !== undefined)
      return of(document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {}).filter(
        (value) => judge.validate(part, value).length === 0,
      );
    if (part.enum) return constantFrom(...part.enum);
    if (format === 'date') return constantFrom('2026-12-24', '2000-01-01', null);
    if (type === 'array') return array(of(items), { maxLength: 5 });
    if (type === 'integer') return integer({ min: minimum, ...(maximum !== undefined && { max: maximum }) });
    if (type === 'string') return textsOf(part);
    if (type !== 'object') throw new Error(`There are no values of ${JSON.stringify(part)}.`);
    const values = Object.entries(properties).map(([name, field]) => [name, of(field)] as const);
    return record(Object.fromEntries(values), { requiredKeys: [] });
  };
  return of(schema);
}

function textsOf({ pattern = '', maxLength = 20 }: Schema): Arbitrary<string> {
  const fits = new RegExp(pattern, 'u');
  return oneof(
    string({ minLength: 1, maxLength: Math.min(20, maxLength) }),
    constantFrom('shared', 'EACH'),
  ).filter((value) => fits.test(value));
}
