/** A plain Yoga on the product's schema, which parses, validates, executes and writes by itself. Its answers are the reference for the product's. */
import { getOperationAST, GraphQLError } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { RequestContext } from '../../../src/http/graphql/execute.ts';
import { limitDocuments } from '../../../src/http/graphql/bounded-documents.ts';
import { maskError, maskResult } from '../../../src/http/graphql/mask-error.ts';
import { denyPermission } from '../../../src/http/graphql/permission.ts';
import { schema } from '../../../src/schema/index.ts';

export function createPlainYoga() {
  return createYoga<RequestContext>({
    schema,
    cors: false,
    multipart: false,
    graphiql: false,
    landingPage: false,
    logging: false,
    parserAndValidationCache: false,
    maskedErrors: { maskError: (error) => maskError(error, () => 'An error occurred on our side.') },
    plugins: [limitDocuments(), checkPermission()],
  });
}

/** A Yoga plugin with the product's permissions and its masking of faults. */
function checkPermission(): Plugin<RequestContext> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { document, operationName, contextValue } = args;
      const operation = getOperationAST(document, operationName);
      const denial = operation && denyPermission({ document, operation }, contextValue.caller);
      if (denial) {
        const extensions = { code: denial.code, http: { status: 403 } };
        setResultAndStopExecution({ errors: [new GraphQLError(denial.message, { extensions })] });
      }
      return {
        onExecuteDone({ result, setResult }) {
          if (!(Symbol.asyncIterator in result)) setResult(maskResult(result, contextValue.reportFault));
        },
      };
    },
  };
}
