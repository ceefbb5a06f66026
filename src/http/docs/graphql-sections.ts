/** The operations and types of the GraphQL schema as HTML. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isUnionType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLType,
} from 'graphql';
import { html, prose, type Html } from './html.ts';
import { table } from './table.ts';

/** The operations, and links to them. */
export function graphqlOperations(schema: GraphQLSchema): {
  readonly links: readonly Html[];
  readonly sections: readonly Html[];
} {
  const operations = rootsOf(schema).flatMap((root) =>
    Object.values(root.getFields()).map((field) => ({ field, id: `${root.name}.${field.name}` })),
  );
  return {
    links: operations.map(({ id }) => html`<li><a href="#${id}">${id}</a></li>`),
    sections: operations.map(({ field, id }) => operationSection(field, id)),
  };
}

/** All other types, by name. */
export function graphqlTypes(schema: GraphQLSchema): Html[] {
  const roots = new Set<GraphQLNamedType>(rootsOf(schema));
  return Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !roots.has(type))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(typeSection);
}

function rootsOf(schema: GraphQLSchema): GraphQLObjectType[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (root) => root ?? [],
  );
}

function operationSection(field: GraphQLField<unknown, unknown>, id: string): Html {
  const given = field.args.map((one) => [
    html`<code>${one.name}</code>`,
    linked(one.type),
    html`${prose(one.description ?? '')}`,
  ]);
  return html`<section id="${id}">
    <h3><code>${id}</code>: ${linked(field.type)}</h3>
    <p>${prose(field.description ?? '')}</p>
    ${table(`Arguments of ${id}`, ['Argument', 'type', 'meaning'], given)}
  </section>`;
}

function typeSection(type: GraphQLNamedType): Html {
  return html`<section id="${type.name}">
    <h3><code>${type.name}</code></h3>
    <p>${prose(type.description ?? '')}</p>
    ${content(type)}
  </section>`;
}

function content(type: GraphQLNamedType): Html {
  if (isScalarType(type)) return html``;
  if (isUnionType(type))
    return html`<p>One of ${type.getTypes().map((member) => html`${linked(member)} `)}</p>`;
  if (isEnumType(type)) {
    const values = type.getValues();
    const rows = values.map(({ name, description }) => [
      html`<code>${name}</code>`,
      html`${prose(description ?? '')}`,
    ]);
    return table(`Values of ${type.name}`, ['Value', 'meaning'], rows);
  }
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return html``;
  const rows = Object.values(type.getFields()).map((field) => [
    html`<code>${field.name}</code>`,
    linked(field.type),
    html`${prose(field.description ?? '')}`,
  ]);
  const choice =
    isInputObjectType(type) && type.isOneOf ? html`<p>Exactly one of these is given.</p>` : html``;
  return html`${choice}${table(`Fields of ${type.name}`, ['Field', 'type', 'meaning'], rows)}`;
}

/** The type as GraphQL writes it, with a link to the type that it names. */
function linked(type: GraphQLType): Html {
  return html`<a href="#${getNamedType(type).name}"><code>${String(type)}</code></a>`;
}
