/** An operation as a function from variables to the answer's JSON text. */
import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import type { Context } from '../../../schema/builder/context.ts';
import { schema } from '../../../schema/index.ts';
import { AnswerText } from './answer-text.ts';
import type { GivenResults } from './given-results.ts';
import { createCollectFields } from './selected-fields.ts';
import { compileFields, type SelectedField } from './values.ts';
import { createCoerceVariables, placesOf } from './variables.ts';

/**
 * Resolves to the answer's text, `{"data":...}`, byte for byte as the executor's answer is written. Where it gives up, it resolves to
 * what the root fields gave until then: their resolvers must not run twice, because an update would count twice. It gives up on everything
 * that makes an error, so that errors are made in one place. Never rejects.
 */
export type RunCompiled = (
  variables: Readonly<Record<string, unknown>>,
  context: Context,
) => Promise<string | GivenResults>;

/** Compiles a valid operation. Undefined if it is always executed the long way: with directives, introspection, pages, or very many fields. */
export function compileOperation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): RunCompiled | undefined {
  try {
    return compile(document, operation);
  } catch {
    return undefined;
  }
}

function compile(document: DocumentNode, operation: OperationDefinitionNode): RunCompiled | undefined {
  const isMutation = operation.operation === 'mutation';
  const type = isMutation ? schema.getMutationType() : schema.getQueryType();
  if (!type || operation.operation === 'subscription') return undefined;
  const fragments = fragmentsOf(document);
  const compiling = {
    operation,
    fragments,
    fieldCount: 0,
    places: placesOf(operation),
    collectFields: createCollectFields(fragments),
  };
  const coerceVariables = createCoerceVariables(operation);
  const roots = compileFields(compiling, type, [operation.selectionSet]);
  return async (variables, context) => {
    const given = new Map<string, unknown>();
    let answer: AnswerText | undefined;
    try {
      answer = new AnswerText(context, coerceVariables(variables), '{"data":{');
      for (const root of roots) {
        answer.text += root.before;
        const result = begin(root, answer, given);
        answer.write(isMutation ? await result : result, root.write);
        // A mutation's next field begins when this one is complete.
        if (isMutation && answer.isAwaiting) await answer.whole();
      }
      answer.text += '}}';
      return await answer.whole();
    } catch {
      answer?.abandon();
      return given;
    }
  };
}

/** A root field's result, which is kept: it is made once, whatever comes after it. What is thrown becomes a promise that is rejected. */
function begin(root: SelectedField, answer: AnswerText, given: Map<string, unknown>): unknown {
  const args = root.readArguments(answer.variables);
  let result: unknown;
  try {
    result = root.resolve(undefined, args, answer.context);
  } catch (error) {
    const failed = Promise.reject(error);
    failed.catch(() => undefined);
    result = failed;
  }
  given.set(root.name, result);
  return result;
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  return Object.fromEntries(
    definitions.flatMap((node) => (node.kind === 'FragmentDefinition' ? [[node.name.value, node]] : [])),
  );
}
