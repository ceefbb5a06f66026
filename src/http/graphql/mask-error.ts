/** What clients learn of the errors of an execution: those made for them as they are, and of our faults the request's id alone. */
import { GraphQLError, type ExecutionResult } from 'graphql';
import { RefusalError, toPublicFault, type PublicError } from '../edge/edge-error.ts';
import { shortenEchoes } from './short-echo.ts';

/** Logs what went wrong on our side, and gives the sentence for the client. */
export type ReportFault = (error: unknown) => string;

/** A fault of ours, or of the store, in the words for clients. A door that does not answer in GraphQL throws its `refusal`. */
export class MaskedError extends GraphQLError {
  readonly refusal: RefusalError;

  constructor(fault: PublicError, { nodes, path }: Pick<GraphQLError, 'nodes' | 'path'>) {
    super(fault.message, {
      ...(nodes && { nodes }),
      ...(path && { path }),
      extensions: extensionsOf(fault),
    });
    this.refusal = new RefusalError(fault);
  }
}

/** `http` and `unexpected` decide the answer's status and headers, as Yoga reads them. They are not sent. */
function extensionsOf({ code, status, retryAfter }: PublicError): Record<string, unknown> {
  return retryAfter === undefined
    ? { code, unexpected: true }
    : { code, http: { status, headers: { 'retry-after': `${retryAfter}` } } };
}

/** The result as clients may see it. */
export function maskResult({ errors, ...result }: ExecutionResult, report: ReportFault): ExecutionResult {
  return { ...result, ...(errors && { errors: errors.map((error) => maskError(error, report)) }) };
}

/** Passes an error that was made for clients, with a code. Anything else becomes a MaskedError, and is reported. */
export function maskError(error: unknown, report: ReportFault): GraphQLError {
  if (
    error instanceof GraphQLError &&
    (!error.originalError || error.originalError instanceof GraphQLError)
  ) {
    if (error.extensions.code === undefined) {
      // The executor refused a variable that does not fit its type, before any resolver ran.
      error.extensions.code = 'BAD_USER_INPUT';
      error.message = shortenEchoes(error.message);
    }
    return error;
  }
  const place = error instanceof GraphQLError ? error : { nodes: undefined, path: undefined };
  return new MaskedError(toPublicFault(error, report), place);
}
