/** How a GraphQL request is executed and its result written: a short way for what nearly all clients send, Yoga's own for the rest. */
import { normalizedExecutor } from '@graphql-tools/executor';
import type { ExecutionResult } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Caller } from '../../domain/caller.ts';
import { schema } from '../../schema/index.ts';
import { limitDocuments } from './document-limits.ts';
import {
  checkPermission,
  denyPermission,
  maskError,
  maskFaults,
  maskResult,
  noteRefusal,
  type ServerContext,
} from './plugins.ts';
import { GRAPHQL_PATH, type GraphqlParams, type GraphqlRequest } from './graphql-request.ts';
import type { PreparedOperation } from './prepared-operations.ts';

/** A result that Yoga shall write, instead of executing the request again. */
interface KnownResult {
  readonly knownResult?: ExecutionResult | undefined;
}

/** What a request asks for, as far as it is known to be valid. */
export interface Asked {
  readonly params: GraphqlParams;
  readonly prepared: PreparedOperation;
}

/** A plain success, to be sent as JSON with status 200; or a whole response. */
export type GraphqlAnswer = { readonly result: ExecutionResult } | { readonly response: Response };

/** Answers a request. Without `asked` it takes Yoga's way from the start. */
export type AnswerGraphql = (
  request: GraphqlRequest,
  context: ServerContext,
  asked?: Asked,
) => Promise<GraphqlAnswer>;

type Yoga = YogaServerInstance<ServerContext & KnownResult, object>;

/**
 * The short way runs operations that are known to be valid straight in Yoga's executor: Yoga's pipeline and the Fetch objects around it
 * cost several times what a small mutation does. Whatever is not a plain success is still written by Yoga, from the result
 * that is known by then; whatever is refused before it runs takes Yoga's way from the start.
 */
export function createAnswerGraphql({
  shortcut = true,
}: { readonly shortcut?: boolean } = {}): AnswerGraphql {
  const yoga = createPipeline();
  return async (request, context, asked) => {
    if (!shortcut || !asked || !takesShortWay(asked, context.caller)) {
      return { response: await yoga.fetch(toFetchRequest(yoga, request), context) };
    }
    const { params, prepared } = asked;
    const result = await normalizedExecutor<Record<string, unknown>, Record<string, unknown>, ServerContext>({
      schema,
      document: prepared.document,
      operationName: params.operationName,
      variableValues: params.variables,
      contextValue: context,
    });
    if (Symbol.asyncIterator in result) throw new Error('A query or mutation was answered with a stream.');
    if (isPlainSuccess(result) && shortAccepts.has(request.accept)) return { result };
    const knownResult = maskResult(result, context);
    return { response: await yoga.fetch(toFetchRequest(yoga, request), { ...context, knownResult }) };
  };
}

/** Whether this caller's operation is executed without Yoga: it is no subscription, permitted, and sent in the plainest way. */
export function takesShortWay({ params, prepared }: Asked, caller: Caller): boolean {
  const isPlain = params.isPlain && prepared.operation.operation !== 'subscription';
  return isPlain && !denyPermission(prepared, caller);
}

function createPipeline(): Yoga {
  return createYoga<ServerContext & KnownResult>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    // The edge has its own answer to each of these.
    cors: false,
    multipart: false,
    graphiql: false,
    landingPage: false,
    logging: false,
    // It counts documents, however long they are: a thousand of 8 MiB end the process.
    parserAndValidationCache: false,
    maskedErrors: { maskError: (error) => maskError(error, () => 'An error occurred on our side.') },
    plugins: [limitDocuments(), checkPermission(), maskFaults(), writeKnownResult(), noteRefusal()],
  });
}

/** Of the address the parameters alone: it may be spelled in a way that the router reads, and Yoga does not. */
function toFetchRequest(yoga: Yoga, { method, parameters, accept, body }: GraphqlRequest): Request {
  return new yoga.fetchAPI.Request(`http://localhost${yoga.graphqlEndpoint}${parameters}`, {
    method,
    headers: { 'content-type': 'application/json', accept },
    ...(body && { body: body.toString() }),
  });
}

/** Lets Yoga write a result that is known. */
function writeKnownResult(): Plugin<object, KnownResult> {
  return {
    onParams({ context, setResult }) {
      if (context.knownResult) setResult(context.knownResult);
    },
  };
}

/** For these, JSON is what Yoga answers with. */
const shortAccepts = new Set(['*/*', 'application/json']);

function isPlainSuccess(result: object): boolean {
  return 'data' in result && Object.keys(result).length === 1;
}
