/** Yoga: begins live streams, and explains what is wrong with a request that holds no valid operation. */
import { normalizedExecutor, type ExecutionArgs } from '@graphql-tools/executor';
import { getOperationAST } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { schema } from '../../schema/index.ts';
import { limitDocuments } from './bounded-documents.ts';
import { execute, noteRefusal, subscribe, type RequestContext } from './execute.ts';
import { GRAPHQL_PATH, type GraphqlRequest } from './graphql-request.ts';
import { maskError } from './mask-error.ts';
import { explainUnsupported } from './unsupported-requests.ts';

/** Answers any request, after it has parsed and validated its document again. */
export type AnswerByYoga = (request: GraphqlRequest, context: RequestContext) => Promise<Response>;

export function createAnswerByYoga(): AnswerByYoga {
  const yoga = createYoga<RequestContext>({
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
    plugins: [explainUnsupported(), limitDocuments(), executeAsAllDo(), noteRefusals()],
  });
  return async (request, context) => yoga.fetch(toFetchRequest(yoga, request), context);
}

/** Of the address the parameters alone: it may be spelled in a way that the router reads, and Yoga does not. */
function toFetchRequest(
  yoga: YogaServerInstance<RequestContext, object>,
  { method, parameters, accept, body }: GraphqlRequest,
): Request {
  return new yoga.fetchAPI.Request(`http://localhost${yoga.graphqlEndpoint}${parameters}`, {
    method,
    headers: { 'content-type': 'application/json', accept },
    ...(body && { body: body.toString() }),
  });
}

/** Has Yoga execute operations as the doors do. */
function executeAsAllDo(): Plugin<RequestContext> {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(runAs(execute)),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(runAs(subscribe)),
  };
}

type Arguments = ExecutionArgs<unknown, Record<string, unknown>, RequestContext>;

function runAs(run: typeof execute | typeof subscribe) {
  return (args: Arguments) => {
    const { document, operationName, variableValues, contextValue } = args;
    const operation = getOperationAST(document, operationName);
    // The executor says that the document holds no operation of this name. A context there always is.
    if (!operation || !contextValue) return normalizedExecutor(args);
    return run({ document, operation }, variableValues ?? {}, contextValue);
  };
}

/** Notes why a request was refused before anything was executed. */
function noteRefusals(): Plugin<object, RequestContext> {
  return {
    onResultProcess({ result, serverContext }) {
      if (!Array.isArray(result) && !(Symbol.asyncIterator in result)) noteRefusal(result, serverContext);
    },
  };
}
