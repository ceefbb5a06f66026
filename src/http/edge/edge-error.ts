/** Errors outside the rules of any door: what a client may learn of them. */
import type { FastifyError, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { COMPRESSED_BODY, isCompressed } from './media-type.ts';
import { retryAfterSeconds, UnavailableError, unavailableStatus } from '../../domain/unavailable.ts';

/** What a client is told. Each door writes it in its own form. */
export interface PublicError {
  readonly status: number;
  /** For programs; it never changes. */
  readonly code: string;
  readonly message: string;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter?: number;
  /** Further fields of `extensions` in GraphQL. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** True if Django REST framework puts the message under `non_field_errors`: the body is no list of items. */
  readonly isListError?: boolean;
}

/** An error that carries what a client is told. */
export class RefusalError extends Error {
  readonly refusal: PublicError;

  constructor(refusal: PublicError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Methods that reach a door; it answers those that it does not support with 405. */
export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

/** Largest body in bytes: of a request, and of a request that may hold a bulk call. */
export const MAX_BODY_BYTES = 1_048_576;
export const MAX_BULK_BODY_BYTES = 8 * MAX_BODY_BYTES;

/** The answer to a body that is compressed, or that is not declared as JSON in UTF-8. */
export function unsupportedMediaType(request: FastifyRequest): PublicError {
  const message = isCompressed(request) ? COMPRESSED_BODY : 'Send the request as application/json in UTF-8.';
  return { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message };
}

/** What a client is told of an error. A refusal passes as it is. Anything else is a fault: it is logged, and the client gets the request's ID. */
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
  if (status === 415) return unsupportedMediaType(request);
  if (status < 500 && !unavailable) {
    return {
      status,
      code: 'BAD_REQUEST',
      message: 'The request cannot be read. Check its address, its headers and its body.',
    };
  }
  return toPublicFault(error, (fault) => reportFault(fault, request));
}

/** A refusal passes as it is. Anything else is a fault of the gateway or its store: `report` logs it and returns the message for the client. */
export function toPublicFault(error: unknown, report: (error: unknown) => string): PublicError {
  if (error instanceof RefusalError) return error.refusal;
  const message = report(error);
  const unavailable = unavailableIn(error);
  if (!unavailable) return { status: 500, code: 'INTERNAL_SERVER_ERROR', message };
  const { code } = unavailable;
  return { status: unavailableStatus[code], code, message, retryAfter: retryAfterSeconds[code] };
}

/** The UnavailableError in an error, also if GraphQL wrapped it. */
export function unavailableIn(error: unknown): UnavailableError | undefined {
  const original = error instanceof GraphQLError ? error.originalError : error;
  return original instanceof UnavailableError ? original : undefined;
}

/** Headers that a refusal carries at every door. */
export function refusalHeaders({ status, retryAfter }: PublicError): Record<string, string> {
  return {
    ...(status === 401 && { 'www-authenticate': 'Token' }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  };
}

/** Logs a fault and notes its code on the request. Returns the message for the client; the log line has the same request ID. */
export function reportFault(error: unknown, request: FastifyRequest): string {
  const unavailable = unavailableIn(error);
  if (unavailable) {
    request.errorCode = unavailable.code;
    // A client that leaves ends its reads. A page does so with each key of a search: no operator needs to know.
    const isLeft = unavailable.code === 'QUERY_TIMEOUT' && request.raw.socket?.destroyed;
    request.log[isLeft ? 'debug' : 'warn'](
      { reqId: request.id, err: unavailable.cause, code: unavailable.code },
      'unavailable',
    );
  } else if (request.raw.socket?.destroyed && isCutOff(error)) {
    // The client left before its answer began, and the stream of the answer ended with it. That is no fault.
    request.log.debug({ reqId: request.id }, 'the client left');
  } else {
    request.errorCode = 'INTERNAL_SERVER_ERROR';
    request.log.error({ reqId: request.id, err: error }, 'request failed');
  }
  return describeFault(error, request.id);
}

function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** The message for the client. */
export function describeFault(error: unknown, requestId: string): string {
  return (
    unavailableIn(error)?.message ??
    `An error occurred on our side. Try again later; the request's id is ${requestId}.`
  );
}
