/** What every GraphQL operation passes through: who may run it, and what clients learn of its errors. */
import {
  getOperationAST,
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import { handleStreamOrSingleExecutionResult, type Plugin } from 'graphql-yoga';
import { mayView, type Context } from '../../schema/builder/context.ts';
import { schema } from '../../schema/index.ts';
import type { Caller } from '../../domain/caller.ts';
import { retryAfterSeconds, unavailableStatus, type UnavailableCode } from '../../domain/unavailable.ts';
import { denyCaller, type Denial } from '../edge/authenticate.ts';
import type { PreparedOperation } from './prepared-operations.ts';
import { unavailableIn } from '../edge/edge-error.ts';
import { shortenEchoes } from './short-echo.ts';
import { createFindShownState } from './shown-state.ts';

/** Mutations need `edit_items`, the rest and what shows a SKU's state `view_items`; the schema itself is for everyone who has a token. */
export function checkPermission(): Plugin<Context> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const errors = denyOperation(args);
      if (errors) setResultAndStopExecution({ errors });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const errors = denyOperation(args);
      if (errors) setResultAndStopExecution({ errors });
    },
  };
}

function denyOperation(args: {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly contextValue: Context;
}): GraphQLError[] | undefined {
  const { document } = args;
  const operation = getOperationAST(document, args.operationName);
  const denial = operation && denyPermission({ document, operation }, args.contextValue.caller);
  if (!denial) return undefined;
  const { code, message } = denial;
  return [new GraphQLError(message, { extensions: { code, http: { status: 403 } } })];
}

const findShownState = createFindShownState(schema);

/** Why this caller may not run this operation; null when it may. What shows a SKU's state is for those who may view it. */
export function denyPermission(
  { document, operation }: Pick<PreparedOperation, 'document' | 'operation'>,
  caller: Caller,
): Denial | null {
  if (isIntrospection(operation)) return null;
  if (operation.operation !== 'mutation') return denyCaller(caller, 'view_items');
  const denial = denyCaller(caller, 'edit_items');
  if (denial || mayView(caller)) return denial;
  const field = findShownState(document, operation);
  if (field === null) return null;
  return {
    status: 403,
    code: 'FORBIDDEN',
    message: `The field "${field}" shows the state of a SKU, which needs the permission view_items. Leave it out, or use a token with that permission.`,
  };
}

function isIntrospection({ selectionSet }: OperationDefinitionNode): boolean {
  return selectionSet.selections.every(
    (selection) => selection.kind === 'Field' && selection.name.value.startsWith('__'),
  );
}

/** What Yoga's pipeline is given for a request. */
export interface ServerContext extends Context {
  /** Logs what went wrong on our side; the sentence for the client. */
  readonly reportFault: (error: unknown) => string;
  /** Notes why the request was refused; the first counts. */
  readonly noteCode: (code: string) => void;
}

/** Notes the first error's code of an answer that has errors. */
export function noteRefusal(): Plugin<object, ServerContext> {
  return {
    onResultProcess({ result, serverContext }) {
      if (Symbol.asyncIterator in result || Array.isArray(result)) return;
      const [error] = result.errors ?? [];
      const code: unknown = error?.extensions?.['code'];
      if (error) serverContext.noteCode(typeof code === 'string' ? code : 'OTHER');
    },
  };
}

/** Errors made for clients pass, with a code; anything else is a bug, of which clients learn the request's id alone. */
export function maskFaults(): Plugin<ServerContext> {
  return {
    onExecute: () => ({
      onExecuteDone: (payload) =>
        handleStreamOrSingleExecutionResult(payload, ({ args, result, setResult }) =>
          setResult(maskResult(result, args.contextValue)),
        ),
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeError: ({ error, setError }) => setError(maskError(error, args.contextValue.reportFault)),
      onSubscribeResult: ({ result: subscribed, setResult: refuse }) => {
        if (!(Symbol.asyncIterator in subscribed)) refuse(maskResult(subscribed, args.contextValue));
        return { onNext: ({ result, setResult }) => setResult(maskResult(result, args.contextValue)) };
      },
    }),
  };
}

/** The result as clients may see it. */
export function maskResult(
  { errors, ...result }: ExecutionResult,
  { reportFault }: ServerContext,
): ExecutionResult {
  return { ...result, ...(errors && { errors: errors.map((error) => maskError(error, reportFault)) }) };
}

export function maskError(error: unknown, report: (error: unknown) => string): GraphQLError {
  if (
    error instanceof GraphQLError &&
    (!error.originalError || error.originalError instanceof GraphQLError)
  ) {
    if (error.extensions.code === undefined) {
      // It was refused before any resolver: a variable that does not fit its type.
      error.extensions.code = 'BAD_USER_INPUT';
      error.message = shortenEchoes(error.message);
    }
    return error;
  }
  const { nodes, path } = error instanceof GraphQLError ? error : {};
  const place = { ...(nodes && { nodes }), ...(path && { path }) };
  const unavailable = unavailableIn(error);
  const extensions = unavailable
    ? { code: unavailable.code, http: httpOf(unavailable.code) }
    : { code: 'INTERNAL_SERVER_ERROR', unexpected: true };
  return new GraphQLError(report(error), { ...place, extensions });
}

/** The status and headers of an answer whose request could not be served for now, as Yoga reads them. */
function httpOf(code: UnavailableCode) {
  return { status: unavailableStatus[code], headers: { 'retry-after': `${retryAfterSeconds[code]}` } };
}
