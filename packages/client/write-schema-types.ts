/** Writes `src/schema-types.ts`: the types of schema.graphql that the client's operations take and give. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  isScalarType,
  parse,
  validate,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { format } from 'prettier';
import * as documents from './src/documents.ts';

type Composite = GraphQLObjectType | GraphQLInterfaceType;

const SCALARS: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  Date: 'string',
  DateTime: 'string',
  ID: 'string',
  Int: 'number',
  RowValue: 'string | number',
  String: 'string',
};

const comment = (text: string | null | undefined) =>
  text ? `/** ${text.replaceAll(/\s+/g, ' ').trim()} */\n` : '';

/** The type in TypeScript; `named` gives the innermost one. */
function typed(type: GraphQLType, named: (type: GraphQLNamedType) => string): string {
  return isNonNullType(type) ? bare(type.ofType, named) : `${bare(type, named)} | null`;
}

function bare(type: GraphQLType, named: (type: GraphQLNamedType) => string): string {
  return isListType(type) ? `readonly (${typed(type.ofType, named)})[]` : named(getNamedType(type));
}

function declareEnum(type: GraphQLEnumType): string {
  const values = type.getValues().map(({ name, description }) => `${comment(description)}| '${name}'`);
  return `${comment(type.description)}export type ${type.name} =\n${values.join('\n')};`;
}

function fieldOf(parent: Composite, { name, alias }: FieldNode): [string, GraphQLField<unknown, unknown>] {
  const field = parent.getFields()[name.value];
  if (!field) throw new Error(`${parent.name} has no field ${name.value}.`);
  return [alias?.value ?? name.value, field];
}

/** Collects declarations. A type is declared before those that it refers to. */
class Declarations {
  readonly #schema: GraphQLSchema;
  readonly #written = new Map<string, string>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  get all(): string[] {
    return Array.from(this.#written.values());
  }

  /** Declares what the operation takes and gives, and its fragments. */
  add(text: string): void {
    const document = parse(text);
    const [mistake] = validate(this.#schema, document);
    if (mistake) throw mistake;
    for (const node of document.definitions) {
      if (node.kind === 'FragmentDefinition') this.#once(node.name.value, () => this.#fragment(node));
      if (node.kind === 'OperationDefinition')
        this.#once(`${node.name?.value}Data`, () => this.#operation(node));
    }
  }

  #once(name: string, declare: () => string): void {
    if (this.#written.has(name)) return;
    this.#written.set(name, '');
    this.#written.set(name, declare());
  }

  /** The name of a scalar, an enum or an input. */
  readonly #leaf = (type: GraphQLNamedType): string => {
    if (isScalarType(type)) {
      const name = SCALARS[type.name];
      if (name === undefined) throw new Error(`The scalar ${type.name} has no type in TypeScript.`);
      return name;
    }
    this.#once(type.name, () => {
      if (isEnumType(type)) return declareEnum(type);
      if (isInputObjectType(type)) return this.#input(type);
      throw new Error(`${type.name} is no leaf.`);
    });
    return type.name;
  };

  #input(type: GraphQLInputObjectType): string {
    const fields = Object.values(type.getFields());
    const head = comment(type.description);
    if (!type.isOneOf) {
      const lines = fields.map((field) => {
        const value = typed(field.type, this.#leaf);
        const member = isRequiredInputField(field) ? `: ${value}` : `?: ${value} | undefined`;
        return `${comment(field.description)}readonly ${field.name}${member};`;
      });
      return `${head}export interface ${type.name} {\n${lines.join('\n')}\n}`;
    }
    const alternatives = fields.map(({ name: given }) => {
      const lines = fields.map(({ name, description, type: of }) =>
        name === given
          ? `${comment(description)}readonly ${name}: ${bare(of, this.#leaf)};`
          : `readonly ${name}?: never;`,
      );
      return `| {\n${lines.join('\n')}\n}`;
    });
    return `${head}export type ${type.name} =\n${alternatives.join('\n')};`;
  }

  /** The members of what is selected, without inline fragments. */
  #members(parent: Composite, { selections }: SelectionSetNode): string {
    return selections
      .filter((selection) => selection.kind === 'Field')
      .map((selection) => {
        const [name, field] = fieldOf(parent, selection);
        const of = (type: GraphQLNamedType) => this.#output(type, selection.selectionSet);
        return `${comment(field.description)}readonly ${name}: ${typed(field.type, of)};`;
      })
      .join('\n');
  }

  /** A selection that begins with a fragment is the fragment's type, which has the name of the schema's type. */
  #output(type: GraphQLNamedType, selected: SelectionSetNode | undefined): string {
    if (!selected) return this.#leaf(type);
    if (!isObjectType(type) && !isInterfaceType(type)) throw new Error(`${type.name} has no fields.`);
    if (selected.selections[0]?.kind === 'FragmentSpread') return type.name;
    return `{\n${this.#members(type, selected)}\n}`;
  }

  #fragment({ typeCondition, selectionSet }: FragmentDefinitionNode): string {
    const type = this.#schema.getType(typeCondition.name.value);
    if (isInterfaceType(type)) return this.#errors(type, selectionSet);
    if (!isObjectType(type)) throw new Error(`${typeCondition.name.value} is no object.`);
    return `${comment(type.description)}export interface ${type.name} {\n${this.#members(type, selectionSet)}\n}`;
  }

  /** A union that `code` tells apart: each type of error is that of one code, which its name spells. */
  #errors(type: GraphQLInterfaceType, selected: SelectionSetNode): string {
    const { objects } = this.#schema.getImplementations(type);
    const codes = this.#schema.getType('InventoryErrorCode');
    const errors = objects.map((error) => {
      const words = error.name.replace(/Error$/, '').replaceAll(/(?!^)[A-Z]/g, '_$&');
      const code = words.toUpperCase();
      if (!isEnumType(codes) || !codes.getValue(code)) throw new Error(`${error.name} has no code ${code}.`);
      const own = selected.selections.find(
        (part) => part.kind === 'InlineFragment' && part.typeCondition?.name.value === error.name,
      );
      const more = own?.kind === 'InlineFragment' ? this.#members(error, own.selectionSet) : '';
      const lines = `readonly code: '${code}';\n${more}`;
      return `${comment(error.description)}export interface ${error.name} extends Refusal {\n${lines}\n}`;
    });
    return [
      `/** What all refusals have. */\nexport interface Refusal {\n${this.#members(type, selected)}\n}`,
      ...errors,
      `${comment(type.description)}export type ${type.name} = ${objects.map(({ name }) => name).join(' | ')};`,
    ].join('\n\n');
  }

  #operation({ name, operation, selectionSet, variableDefinitions = [] }: OperationDefinitionNode): string {
    const root = this.#schema.getRootType(operation);
    if (!root || !name) throw new Error('An operation has no name or no root.');
    for (const { type } of variableDefinitions) {
      const named = type.kind === 'NonNullType' ? type.type : type;
      const input = named.kind === 'NamedType' && this.#schema.getType(named.name.value);
      if (input) this.#leaf(input);
    }
    return `export interface ${name.value}Data {\n${this.#members(root, selectionSet)}\n}`;
  }
}

/** The text of `src/schema-types.ts` for this schema. Throws if an operation does not fit it. */
export async function schemaTypes(sdl: string): Promise<string> {
  const declarations = new Declarations(buildSchema(sdl));
  // In an order that does not depend on who loads the module.
  for (const [, text] of Object.entries(documents).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    declarations.add(text);
  const head =
    '/** Types of schema.graphql, for the operations of the client; made by write-schema-types.ts. */';
  const text = [head, ...declarations.all].join('\n\n');
  return format(text, { parser: 'typescript', printWidth: 110, singleQuote: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
  writeFileSync(new URL('src/schema-types.ts', import.meta.url), await schemaTypes(sdl));
}
