/** Executes operations that are known to be valid, for every door: who may run them, and what clients and the log learn of errors. */
import {
  execute as executeSelection,
  subscribe as openStream,
  type ExecutionArgs,
} from '@graphql-tools/executor';
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Context } from '../../schema/builder/context.ts';
import { schema } from '../../schema/index.ts';
import { JsonText } from '../edge/json-answer.ts';
import { findCompiled } from './compiled/compiled-operations.ts';
import { schemaOfGivenResults } from './compiled/given-results.ts';
import { maskResult, type ReportFault } from './mask-error.ts';
import { denyPermission, type Operation } from './permission.ts';

/** What a request carries through its execution. */
export interface RequestContext extends Context {
  readonly reportFault: ReportFault;
  /** Notes why the request was refused, for the log and the metrics; the first code counts. */
  readonly noteCode: (code: string) => void;
}

export type Variables = Readonly<Record<string, unknown>>;

/**
 * Executes a query or a mutation, or a subscription's selection on one event. Faults are reported and masked, and the first error's code is
 * noted. Never rejects for what a resolver throws: that is in the result.
 */
export async function execute(
  operation: Operation,
  variables: Variables,
  context: RequestContext,
  event?: unknown,
): Promise<ExecutionResult> {
  const denied = deny(operation, context);
  if (denied) return denied;
  const result = await executeWhole({ ...argumentsOf(operation, variables, context), rootValue: event });
  return finish(result, context);
}

async function executeWhole(args: ExecutionArgs): Promise<ExecutionResult> {
  const result = await executeSelection<Record<string, unknown> | null>(args);
  if ('initialResult' in result) throw new Error('An operation was answered in parts.');
  return result;
}

/** As `execute` for a query or a mutation. A result without errors is text where the operation is compiled. */
export async function answerOperation(
  operation: Operation,
  variables: Variables,
  context: RequestContext,
): Promise<ExecutionResult | JsonText> {
  const denied = deny(operation, context);
  if (denied) return denied;
  const run = findCompiled(operation.document, operation.operation);
  if (!run) return finish(await executeWhole(argumentsOf(operation, variables, context)), context);
  const outcome = await run(variables, context);
  if (typeof outcome === 'string') return new JsonText(outcome);
  // It gave up. What the root fields have given until then stands.
  const rest = { ...argumentsOf(operation, variables, context), schema: schemaOfGivenResults() };
  return finish(await executeWhole({ ...rest, rootValue: outcome }), context);
}

/** As `execute`, for a subscription: its events, or why it cannot begin. The events are as its resolver gives them. */
export async function subscribe(
  operation: Operation,
  variables: Variables,
  context: RequestContext,
): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const denied = deny(operation, context);
  if (denied) return denied;
  const result = await openStream(argumentsOf(operation, variables, context));
  return Symbol.asyncIterator in result ? result : finish(result, context);
}

/** Notes the first error's code of an answer that has errors. */
export function noteRefusal({ errors }: ExecutionResult, { noteCode }: RequestContext): void {
  const error = errors?.[0];
  if (!error) return;
  const { code } = error.extensions ?? {};
  noteCode(typeof code === 'string' ? code : 'OTHER');
}

function deny(operation: Operation, context: RequestContext): ExecutionResult | undefined {
  const denial = denyPermission(operation, context.caller);
  if (!denial) return undefined;
  const { code, message } = denial;
  const error = new GraphQLError(message, { extensions: { code, http: { status: 403 } } });
  return finish({ errors: [error] }, context);
}

function argumentsOf({ document, operation }: Operation, variables: Variables, context: RequestContext) {
  return {
    schema,
    document,
    operationName: operation.name?.value,
    variableValues: variables,
    contextValue: context,
  };
}

function finish(result: ExecutionResult, context: RequestContext): ExecutionResult {
  if (!result.errors) return result;
  const masked = maskResult(result, context.reportFault);
  noteRefusal(masked, context);
  return masked;
}
