/** Limits on GraphQL documents, so that no document costs more than a person's would. */
import {
  GraphQLError,
  parse,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Lexical tokens in a document. GraphiQL's introspection has about 350. */
export const MAX_TOKENS = 2_000;
/** Levels of fields. GraphiQL's introspection has 15. */
const MAX_DEPTH = 20;
/** Fields directly under the operation. More updates than this belong in one bulk call. */
const MAX_ROOT_FIELDS = 20;
/** Aliases in an operation. */
const MAX_ALIASES = 50;
/** Fields in an operation, those of a fragment counted wherever it is spread. */
const MAX_FIELDS = 1_000;

/** Refuses documents past the limits with `GRAPHQL_VALIDATION_FAILED`; those in fragments count where they are spread. */
export function limitDocuments(): Plugin {
  return {
    onParse: ({ setParseFn }) => {
      setParseFn((source, options) => parse(source, { ...options, maxTokens: MAX_TOKENS }));
    },
    onValidate: ({ addValidationRule }) => addValidationRule(documentLimits),
  };
}

interface Size {
  readonly depth: number;
  readonly rootFields: number;
  readonly fields: number;
  readonly aliases: number;
}

const nothing: Size = { depth: 0, rootFields: 0, fields: 0, aliases: 0 };

/** A validation rule. */
export function documentLimits(context: ValidationContext): ASTVisitor {
  const sizeOf = createMeasure((name) => context.getFragment(name));
  return {
    OperationDefinition(operation) {
      const size = sizeOf(operation.selectionSet);
      const limits = [
        [size.depth, MAX_DEPTH, 'levels of fields'],
        [size.rootFields, MAX_ROOT_FIELDS, 'root fields'],
        [size.aliases, MAX_ALIASES, 'aliases'],
        [size.fields, MAX_FIELDS, 'fields'],
      ] as const;
      for (const [provided, limit, what] of limits) {
        if (provided <= limit) continue;
        const message = `An operation may have at most ${limit} ${what}. Split it into several requests.`;
        context.reportError(new GraphQLError(message, { nodes: operation }));
      }
    },
  };
}

/** Measures selections; a fragment is measured once, so that fragments of fragments cost no more than their text. */
function createMeasure(getFragment: ValidationContext['getFragment']): (set: SelectionSetNode) => Size {
  const fragmentSizes = new Map<FragmentDefinitionNode, Size>();
  return sizeOf;

  function sizeOf(set: SelectionSetNode): Size {
    return set.selections.map(sizeOfSelection).reduce(sum, nothing);
  }

  function sizeOfSelection(selection: SelectionSetNode['selections'][number]): Size {
    if (selection.kind === 'InlineFragment') return sizeOf(selection.selectionSet);
    if (selection.kind === 'FragmentSpread') return sizeOfFragment(getFragment(selection.name.value));
    const inner = selection.selectionSet ? sizeOf(selection.selectionSet) : nothing;
    return {
      depth: inner.depth + 1,
      rootFields: 1,
      fields: inner.fields + 1,
      aliases: inner.aliases + (selection.alias ? 1 : 0),
    };
  }

  function sizeOfFragment(fragment: ReturnType<typeof getFragment>): Size {
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

function sum(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    rootFields: a.rootFields + b.rootFields,
    fields: a.fields + b.fields,
    aliases: a.aliases + b.aliases,
  };
}
