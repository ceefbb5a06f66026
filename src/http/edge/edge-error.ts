/** Errors of the edge, before any door's rules: what a client may know of them. */
import type { FastifyError, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { retryAfterSeconds, UnavailableError, unavailableStatus } from '../../domain/unavailable.ts';

/** What a client is told, in each door's own form. */
export interface PublicError {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  /** When to try again, in seconds. */
  readonly retryAfter?: number;
  /** What GraphQL says beside the code. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Whether DRF files it under `non_field_errors`: a body that is no list of items. */
  readonly isListError?: boolean;
}

/** An error that says itself what a client is told. */
export class RefusalError extends Error {
  readonly refusal: PublicError;

  constructor(refusal: PublicError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Methods that a door answers itself, be it with 405. */
export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

/** Largest body of a request, in bytes, and of one that may hold a bulk call. */
export const MAX_BODY_BYTES = 1_048_576;
export const MAX_BULK_BODY_BYTES = 8 * MAX_BODY_BYTES;

export const unsupportedMediaType: PublicError = {
  status: 415,
  code: 'UNSUPPORTED_MEDIA_TYPE',
  message: 'Send the request as application/json in UTF-8.',
};

/** The edge's refusals as they are; anything else is our fault, told with the request's id alone. */
export function toPublicError(error: FastifyError | RefusalError, request: FastifyRequest): PublicError {
  if (error instanceof RefusalError) return error.refusal;
  const unavailable = unavailableIn(error);
  const status = unavailable ? unavailableStatus[unavailable.code] : (error.statusCode ?? 500);
  if (status === 413) {
    return {
      status,
      code: 'BODY_TOO_LARGE',
      message: `The body may have at most ${request.routeOptions.bodyLimit} bytes.`,
    };
  }
  if (status === 415) return unsupportedMediaType;
  if (status < 500 && !unavailable) {
    return {
      status,
      code: 'BAD_REQUEST',
      message: 'The request cannot be read. Check its address, its headers and its body.',
    };
  }
  return toPublicFault(error, (fault) => reportFault(fault, request));
}

/** A refusal as it is; anything else is our fault or the store's: `report` logs it and gives the sentence for the client. */
export function toPublicFault(error: unknown, report: (error: unknown) => string): PublicError {
  if (error instanceof RefusalError) return error.refusal;
  const message = report(error);
  const unavailable = unavailableIn(error);
  if (!unavailable) return { status: 500, code: 'INTERNAL_SERVER_ERROR', message };
  const { code } = unavailable;
  return { status: unavailableStatus[code], code, message, retryAfter: retryAfterSeconds[code] };
}

/** The store's trouble, also where GraphQL wrapped it. */
export function unavailableIn(error: unknown): UnavailableError | undefined {
  const original = error instanceof GraphQLError ? error.originalError : error;
  return original instanceof UnavailableError ? original : undefined;
}

/** What every door's refusal carries in its headers. */
export function refusalHeaders({ status, retryAfter }: PublicError): Record<string, string> {
  return {
    ...(status === 401 && { 'www-authenticate': 'Token' }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  };
}

/** Logs and notes what went wrong on our side, and returns the sentence for the client: the log has the same id. */
export function reportFault(error: unknown, request: FastifyRequest): string {
  const unavailable = unavailableIn(error);
  if (unavailable) {
    request.errorCode = unavailable.code;
    request.log.warn({ err: unavailable.cause, code: unavailable.code }, 'unavailable');
  } else {
    request.errorCode = 'INTERNAL_SERVER_ERROR';
    request.log.error({ err: error }, 'request failed');
  }
  return describeFault(error, request.id);
}

/** The sentence for the client. */
export function describeFault(error: unknown, requestId: string): string {
  return (
    unavailableIn(error)?.message ??
    `An error occurred on our side. Try again later; the request's id is ${requestId}.`
  );
}
