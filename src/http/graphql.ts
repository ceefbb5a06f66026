/** The GraphQL door: Yoga behind Fastify's edge, at /graphql. */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getOperationAST, GraphQLError, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import {
  createYoga,
  handleStreamOrSingleExecutionResult,
  type GraphiQLOptions,
  type Plugin,
} from 'graphql-yoga';
import type { Inventory } from '../inventory.ts';
import type { Context } from '../schema/builder.ts';
import { schema } from '../schema/index.ts';
import { authenticateHeader, denyCaller, tokenSchemes, type Authenticate } from './authenticate.ts';
import { allowOrigins } from './cors.ts';
import { limitDocuments } from './document-limits.ts';
import { createGraphiql, wantsPage, type ServeGraphiql } from './graphiql.ts';
import { declaresJson } from './media-type.ts';
import { methods, reportFault, toPublicError, type PublicError } from './public-error.ts';

export interface GraphqlDoorOptions {
  readonly inventory: Inventory;
  readonly authenticate: Authenticate;
  readonly graphiql: GraphiQLOptions;
  /** Origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
}

const PATH = '/graphql';

/** Adds /graphql: GraphiQL for browsers that open it, queries and mutations for all who bring a token. */
export function addGraphqlDoor(server: FastifyInstance, options: GraphqlDoorOptions): void {
  const yoga = createYoga<ServerContext>({
    schema,
    graphqlEndpoint: PATH,
    // The edge has its own answer to each of these.
    cors: false,
    multipart: false,
    graphiql: false,
    landingPage: false,
    logging: false,
    maskedErrors: { maskError: (error) => maskError(error, () => 'An error occurred on our side.') },
    plugins: [limitDocuments(), checkPermission(), maskFaults()],
  });
  const serveGraphiql = createGraphiql(options.graphiql);

  server.route({
    method: [...methods],
    url: PATH,
    onRequest: (request, reply) => admit(request, reply, options, serveGraphiql),
    handler: async (request, reply) => {
      const refusal = refuseBody(request);
      if (refusal) return sendError(reply, refusal);
      const response = await yoga.fetch(
        new yoga.fetchAPI.Request(`http://localhost${request.url}`, {
          method: request.method,
          headers: negotiation(request),
          ...(request.body instanceof Buffer ? { body: request.body.toString() } : {}),
        }),
        {
          caller: request.caller,
          source: 'GRAPHQL',
          inventory: options.inventory,
          reportFault: (error) => reportFault(error, request),
        },
      );
      return reply.send(response);
    },
    errorHandler: (error, request, reply) => void sendError(reply, toPublicError(error, request)),
  });
}

/** Who may come in, and what is answered at the door: preflights, GraphiQL's page, refusals. */
async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  { corsOrigins, authenticate }: GraphqlDoorOptions,
  serveGraphiql: ServeGraphiql,
) {
  if (allowOrigins(corsOrigins, request, reply)) return reply.code(204).send();
  if (wantsPage(request)) return serveGraphiql(request, reply);
  const caller = await authenticateHeader(request.headers.authorization, tokenSchemes.graphql, authenticate);
  if ('message' in caller) return sendError(reply, caller);
  request.caller = caller;
  if (request.method === 'GET' || request.method === 'POST') return;
  return sendError(reply.header('allow', 'GET, POST'), {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: 'Send queries and mutations by POST.',
  });
}

const answerTypes = new Set([
  'application/json',
  'application/graphql-response+json',
  'application/*',
  'text/event-stream',
  '*/*',
]);

/** The headers that negotiate; of Accept, what there is an answer in. Where that is nothing, JSON: the work is done by then. */
function negotiation({ headers }: FastifyRequest): Record<string, string> {
  const types = (headers.accept ?? '*/*')
    .split(',')
    .map((entry) => (entry.split(';')[0] ?? '').trim().toLowerCase());
  const accept = types.filter((type) => answerTypes.has(type)).join(', ') || 'application/json';
  return { 'content-type': 'application/json', accept };
}

/** Why a body cannot be a GraphQL request; JSON in UTF-8 alone, so that no cross-site form can run a mutation. */
function refuseBody(request: FastifyRequest): PublicError | null {
  const { method, body } = request;
  if (method === 'GET') return null;
  if (!declaresJson(request)) {
    return {
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'Send the request as application/json in UTF-8.',
    };
  }
  if (!(body instanceof Buffer) || !isUtf8(body)) {
    return { status: 400, code: 'BAD_REQUEST', message: 'The body must be a JSON object in UTF-8.' };
  }
  return null;
}

/** GraphQL's way to answer a request that never reached the schema. */
function sendError(reply: FastifyReply, { status, code, message }: PublicError): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Token');
  return reply.code(status).send({ errors: [{ message, extensions: { code } }] });
}

/** Mutations need `edit_items`, queries `view_items`; the schema itself is for everyone who has a token. */
function checkPermission(): Plugin<Context> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const operation = getOperationAST(args.document, args.operationName);
      if (!operation || isIntrospection(operation)) return;
      const denial = denyCaller(
        args.contextValue.caller,
        operation.operation === 'mutation' ? 'edit_items' : 'view_items',
      );
      if (!denial) return;
      const { code, message } = denial;
      const error = new GraphQLError(message, { extensions: { code, http: { status: 403 } } });
      setResultAndStopExecution({ errors: [error] });
    },
  };
}

function isIntrospection({ selectionSet }: OperationDefinitionNode): boolean {
  return selectionSet.selections.every(
    (selection) => selection.kind === 'Field' && selection.name.value.startsWith('__'),
  );
}

interface ServerContext extends Context {
  /** Logs what went wrong on our side; the sentence for the client. */
  readonly reportFault: (error: unknown) => string;
}

/** Errors made for clients pass, with a code; anything else is a bug, of which clients learn the request's id alone. */
function maskFaults(): Plugin<ServerContext> {
  const mask = ({ errors, ...result }: ExecutionResult, context: ServerContext) => ({
    ...result,
    ...(errors && { errors: errors.map((error) => maskError(error, context.reportFault)) }),
  });
  return {
    onExecute: () => ({
      onExecuteDone: (payload) =>
        handleStreamOrSingleExecutionResult(payload, ({ args, result, setResult }) =>
          setResult(mask(result, args.contextValue)),
        ),
    }),
  };
}

function maskError(error: unknown, report: (error: unknown) => string): GraphQLError {
  if (
    error instanceof GraphQLError &&
    (!error.originalError || error.originalError instanceof GraphQLError)
  ) {
    // What carries no code was refused before any resolver: a variable that does not fit its type.
    error.extensions.code ??= 'BAD_USER_INPUT';
    return error;
  }
  const { nodes, path } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(report(error), {
    ...(nodes && { nodes }),
    ...(path && { path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', unexpected: true },
  });
}
