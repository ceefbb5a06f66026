/** The paths and schemas of an OpenAPI document as HTML. */
import type { Part } from '../openapi/answers.ts';
import { html, prose, type Html } from './html.ts';
import { table } from './table.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema: Part;
}
interface Content {
  readonly schema: Part;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
type Contents = Readonly<Record<string, Content>>;
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Contents };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Contents }>>;
}

export interface RestSections {
  /** Links to the operations. */
  readonly links: readonly Html[];
  readonly operations: readonly Html[];
  readonly schemas: readonly Html[];
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

export function restSections({ paths, webhooks, components }: Part): RestSections {
  const titled = (group: unknown, titleOf: (method: string, name: string) => string) =>
    Object.entries(group as Paths).flatMap(([name, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        title: titleOf(method.toUpperCase(), name),
        operation,
      })),
    );
  const operations = [
    ...titled(paths, (method, path) => `${method} ${path}`),
    ...titled(webhooks, (_method, name) => `webhook ${name}`),
  ];
  const { schemas } = components as { readonly schemas: Readonly<Record<string, Part>> };
  return {
    links: operations.map(
      ({ title, operation }) => html`<li><a href="#${operation.operationId}">${title}</a></li>`,
    ),
    operations: operations.map(({ title, operation }) => operationSection(title, operation)),
    schemas: Object.entries(schemas).map(([name, schema]) => schemaSection(name, schema)),
  };
}

function operationSection(title: string, operation: Operation): Html {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const given = parameters.map((one) => [
    html`<code>${one.name}</code>`,
    html`${one.in}`,
    kindOf(one.schema),
    html`${prose(one.description ?? '')}`,
  ]);
  const answers = Object.entries(responses).map(([status, { description, content = {} }]) => [
    html`${status}`,
    html`${prose(description)}`,
    html`${Object.values(content).map(({ schema }) => kindOf(schema))}`,
  ]);
  return html`<section id="${operationId}">
    <h3><code>${title}</code></h3>
    <p>${prose(summary)}</p>
    ${table(`Parameters of ${title}`, ['Parameter', 'in', 'value', 'meaning'], given)}
    ${Object.entries(requestBody?.content ?? {}).map(([type, content]) => bodySection(type, content))}
    ${table(`Answers to ${title}`, ['Status', 'meaning', 'body'], answers)}
  </section>`;
}

function bodySection(type: string, { schema, examples = {} }: Content): Html {
  const shown = Object.values(examples).map(
    ({ value }) => html`<pre tabindex="0">${JSON.stringify(value, null, 2)}</pre>`,
  );
  return html`<h4>Body: <code>${type}</code> ${kindOf(schema)}</h4>
    ${shown}`;
}

function schemaSection(name: string, schema: Part): Html {
  const required = (schema['required'] ?? []) as readonly string[];
  const fields = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Part>>);
  const rows = fields.map(([field, value]) => [
    html`<code>${field}</code>${required.includes(field) ? html`` : html` (may be absent)`}`,
    kindOf(value),
    html`${prose(textOf(value['description']))}`,
  ]);
  return html`<section id="${placeOf(name)}">
    <h3><code>${name}</code></h3>
    <p>${prose(textOf(schema['description']))}</p>
    ${table(`Fields of the body ${name}`, ['Field', 'value', 'meaning'], rows)}
  </section>`;
}

/** A schema in a few words, with links to those that have a name. */
function kindOf(schema: Part): Html {
  const { $ref, type, items, enum: choices, const: only, oneOf, properties } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    return html`<a href="#${placeOf(name)}">${name}</a> `;
  }
  if (Array.isArray(oneOf)) return joined((oneOf as Part[]).map(kindOf));
  if (Array.isArray(choices))
    return joined(choices.map((choice) => html`<code>${JSON.stringify(choice)}</code>`));
  if (only !== undefined) return html`<code>${JSON.stringify(only)}</code>`;
  if (items !== undefined) return html`list of ${kindOf(items as Part)}`;
  if (properties !== undefined) return html`${Object.keys(properties as Part).join(', ')}`;
  return html`${[type].flat().map(textOf).join(' or ')}${rangeOf(schema)}`;
}

/** GraphQL has types of the same names. */
function placeOf(name: string): string {
  return `rest.${name}`;
}

function rangeOf({ minimum, maximum, minLength, maxLength }: Part): string {
  if (typeof maximum === 'number') return `, ${textOf(minimum)} to ${maximum.toLocaleString('en')}`;
  if (typeof maxLength === 'number') return `, ${textOf(minLength ?? 0)} to ${maxLength} characters`;
  return '';
}

function joined(parts: readonly Html[]): Html {
  return html`${parts.map((part, i) => (i === 0 ? part : html`, ${part}`))}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
