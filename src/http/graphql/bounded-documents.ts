/** Parses and validates GraphQL documents in bounded time. */
import {
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ParseOptions,
  type Source,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { schema } from '../../schema/index.ts';
import { documentLimits } from './document-limits.ts';
import { literalLimits } from './literal-limits.ts';

/** UTF-16 units in a document. */
const MAX_DOCUMENT_LENGTH = 65_536;
/** Lexical tokens in a document. GraphiQL's introspection has about 350. */
const MAX_TOKENS = 2_000;

/** Refuses documents past the limits with `GRAPHQL_VALIDATION_FAILED`; those in fragments count where they are spread. */
export function limitDocuments(): Plugin {
  return {
    onParse: ({ setParseFn }) => {
      setParseFn((source, options) => parseBounded(source, options));
    },
    onValidate: ({ setValidationFn }) => {
      setValidationFn((_schema, document, rules) => validateBounded(document, rules));
    },
  };
}

/** As graphql's `parse`; a document past MAX_DOCUMENT_LENGTH or MAX_TOKENS is a GraphQLError. */
export function parseBounded(source: string | Source, options?: ParseOptions): DocumentNode {
  const { length } = typeof source === 'string' ? source : source.body;
  if (length > MAX_DOCUMENT_LENGTH) {
    throw new GraphQLError(
      `A document may have at most ${MAX_DOCUMENT_LENGTH} characters; this one has ${length}. Send values as variables.`,
    );
  }
  return parse(source, { ...options, maxTokens: MAX_TOKENS });
}

/** As graphql's `validate`, but a document past a limit gets the errors of its limits alone: some of the other rules take quadratic time. */
export function validateBounded(
  document: DocumentNode,
  rules: Parameters<typeof validate>[2] = specifiedRules,
): readonly GraphQLError[] {
  const refusals = validate(schema, document, [documentLimits, literalLimits]);
  return refusals.length > 0 ? refusals : validate(schema, document, rules);
}
