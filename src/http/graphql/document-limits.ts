/** Limits on GraphQL operations, so that none costs more than a person's would. */
import {
  getNullableType,
  GraphQLError,
  isInputObjectType,
  isListType,
  isObjectType,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { MAX_BULK_ROWS } from '../../domain/update.ts';
import { schema } from '../../schema/index.ts';
import { DEFAULT_PAGE, MAX_PAGE } from '../../schema/builder/page.ts';

/** Levels of fields. GraphiQL's introspection has 15. */
const MAX_DEPTH = 20;
/** Fields directly under the operation. More updates than this belong in one bulk call. */
const MAX_ROOT_FIELDS = 20;
/** Aliases in an operation. */
const MAX_ALIASES = 50;
/** Fields in an operation, those of a fragment counted wherever it is spread. */
const MAX_FIELDS = 1_000;
/** Items on all pages that it may ask for: a page of 100 within each item of another fits. */
const MAX_ITEMS = 20_000;
/** Indexes of lists. Each holds up to some megabytes. */
const MAX_INDEXES = 1;
/** Fields that its answer may have: about a second's work. The 10,000 rows of a bulk call fit, with 100 fields each. */
const MAX_ANSWERED_FIELDS = 1_000_000;

/** Fields that one event of a subscription may have: it is made for each change, and kept for each reader that is behind. */
const MAX_EVENT_FIELDS = 5_000;

/** What an operation may come to at most. */
export interface OperationSize {
  readonly depth: number;
  readonly rootFields: number;
  readonly fields: number;
  readonly aliases: number;
  /** On its pages, at most; pages within pages multiply. */
  readonly items: number;
  readonly indexes: number;
  readonly answered: number;
  /** It looks at the schema, or takes many rows: more work than its answer's size tells. */
  readonly isHeavy: boolean;
}

const nothing: OperationSize = {
  depth: 0,
  rootFields: 0,
  fields: 0,
  aliases: 0,
  items: 0,
  indexes: 0,
  answered: 0,
  isHeavy: false,
};

/** The fields that are pages: those with `first`. */
const pages = fieldsWith('first');
/** The fields that are indexes of lists: those with `every`. */
const indexes = fieldsWith('every');
/** Fields that are heavy however little is selected of them: introspection, and mutations whose input holds a list. */
const heavyFields = new Set(['__schema', '__type', ...mutationsOfLists()]);
/** The rows of a call for many SKUs. How many there are stands in the variables. */
const ROWS = 'results';

function fieldsWith(argument: string): ReadonlySet<string> {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const fields = types.flatMap((type) => Object.values(type.getFields()));
  return new Set(
    fields.filter(({ args }) => args.some(({ name }) => name === argument)).map(({ name }) => name),
  );
}

function mutationsOfLists(): string[] {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  const holdsList = (type: GraphQLInputType): boolean => {
    const input = getNullableType(type);
    return (
      isListType(input) ||
      (isInputObjectType(input) && Object.values(input.getFields()).some((field) => holdsList(field.type)))
    );
  };
  return fields.filter(({ args }) => args.some(({ type }) => holdsList(type))).map(({ name }) => name);
}

/** A validation rule. */
export function documentLimits(context: ValidationContext): ASTVisitor {
  const sizeOf = createMeasure((name) => context.getFragment(name));
  return {
    OperationDefinition(operation) {
      const size = sizeOf(operation.selectionSet);
      const isLive = operation.operation === 'subscription';
      const maxAnswered = isLive ? MAX_EVENT_FIELDS : MAX_ANSWERED_FIELDS;
      const limits = [
        [size.depth, MAX_DEPTH, 'levels of fields'],
        [size.rootFields, MAX_ROOT_FIELDS, 'root fields'],
        [size.aliases, MAX_ALIASES, 'aliases'],
        [size.fields, MAX_FIELDS, 'fields'],
        [size.items, MAX_ITEMS, 'items on all its pages'],
        [size.indexes, MAX_INDEXES, 'index of a list'],
        [size.answered, maxAnswered, 'fields in its answer'],
      ] as const;
      for (const [provided, limit, what] of limits) {
        if (provided <= limit) continue;
        const message = `An operation may have at most ${limit} ${what}. Split it into several requests.`;
        context.reportError(new GraphQLError(message, { nodes: operation }));
      }
    },
  };
}

/** The size of an operation within its document. */
export function measureOperation(document: DocumentNode, operation: OperationDefinitionNode): OperationSize {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === 'FragmentDefinition' ? [[node.name.value, node] as const] : [],
    ),
  );
  return createMeasure((name) => fragments.get(name))(operation.selectionSet);
}

/** Measures selections; a fragment is measured once, so that fragments of fragments cost no more than their text. */
function createMeasure(
  getFragment: ValidationContext['getFragment'],
): (set: SelectionSetNode) => OperationSize {
  const fragmentSizes = new Map<FragmentDefinitionNode, OperationSize>();
  return sizeOf;

  function sizeOf(set: SelectionSetNode): OperationSize {
    return set.selections.map(sizeOfSelection).reduce(sum, nothing);
  }

  function sizeOfSelection(selection: SelectionSetNode['selections'][number]): OperationSize {
    if (selection.kind === 'InlineFragment') return sizeOf(selection.selectionSet);
    if (selection.kind === 'FragmentSpread') return sizeOfFragment(getFragment(selection.name.value));
    const inner = selection.selectionSet ? sizeOf(selection.selectionSet) : nothing;
    const isPage = pages.has(selection.name.value);
    // The rows of bulk calls have a number `index`, which selects nothing. Lists with an index are in no other list.
    const isIndex = selection.selectionSet !== undefined && indexes.has(selection.name.value);
    const times = isPage ? pageSize(selection) : selection.name.value === ROWS ? MAX_BULK_ROWS : 1;
    return {
      depth: inner.depth + 1,
      rootFields: 1,
      fields: inner.fields + 1,
      aliases: inner.aliases + (selection.alias ? 1 : 0),
      items: times * (inner.items + (isPage ? 1 : 0)),
      indexes: inner.indexes + (isIndex ? 1 : 0),
      answered: times * inner.answered + 1,
      isHeavy: inner.isHeavy || heavyFields.has(selection.name.value),
    };
  }

  function sizeOfFragment(fragment: ReturnType<typeof getFragment>): OperationSize {
    // Unknown fragments and cycles are other rules' to report.
    if (!fragment) return nothing;
    const known = fragmentSizes.get(fragment);
    if (known) return known;
    fragmentSizes.set(fragment, nothing);
    const size = sizeOf(fragment.selectionSet);
    fragmentSizes.set(fragment, size);
    return size;
  }
}

function sum(a: OperationSize, b: OperationSize): OperationSize {
  return {
    depth: Math.max(a.depth, b.depth),
    rootFields: a.rootFields + b.rootFields,
    fields: a.fields + b.fields,
    aliases: a.aliases + b.aliases,
    items: a.items + b.items,
    indexes: a.indexes + b.indexes,
    answered: a.answered + b.answered,
    isHeavy: a.isHeavy || b.isHeavy,
  };
}

/** Items on a page at most; what a variable says is not known yet. */
function pageSize({ arguments: args = [] }: FieldNode): number {
  const sizes = args.filter(({ name }) => name.value === 'first' || name.value === 'last');
  if (sizes.length === 0) return DEFAULT_PAGE;
  const atMost = sizes.map(({ value }) => (value.kind === 'IntValue' ? Number(value.value) : MAX_PAGE));
  return Math.min(Math.max(...atMost, 0), MAX_PAGE);
}
