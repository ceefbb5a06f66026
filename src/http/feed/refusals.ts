/** Why the door of feed files refuses a request. */
import { MAX_WAITING_FEEDS } from '../../domain/feed.ts';
import type { PublicError } from '../edge/edge-error.ts';
import { COMPRESSED_BODY } from '../edge/media-type.ts';

export function badRequest(message: string): PublicError {
  return { status: 400, code: 'BAD_USER_INPUT', message };
}

export function methodNotAllowed(method: string, allowed: string): PublicError {
  return {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: `Method "${method}" not allowed. Send ${allowed}.`,
  };
}

export function unsupportedFile(isCompressed: boolean): PublicError {
  const message =
    'Send a CSV file as text/csv, or a workbook as application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.';
  return {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: isCompressed ? COMPRESSED_BODY : message,
  };
}

export const tooMany: PublicError = {
  status: 429,
  code: 'RATE_LIMITED',
  message: `At most ${MAX_WAITING_FEEDS.ofSupplier} files of your supplier may wait, and ${MAX_WAITING_FEEDS.inAll} in all. Nothing was stored; send the file again later.`,
  retryAfter: 10,
};

export const tooManyExports: PublicError = {
  status: 429,
  code: 'RATE_LIMITED',
  message: 'Your supplier has as many exports under way as it may. Ask again when one has ended.',
  retryAfter: 10,
};

export const keyReused: PublicError = {
  status: 422,
  code: 'IDEMPOTENCY_KEY_REUSED',
  message: 'This Idempotency-Key was used with another file or other parameters. Use a new one.',
};

export const mayNotView: PublicError = {
  status: 403,
  code: 'FORBIDDEN',
  message: 'Rejected rows show the state of SKUs. Ask with a token that has the permission view_items.',
};

export const notFound: PublicError = {
  status: 404,
  code: 'NOT_FOUND',
  message: 'Your supplier has no feed of this id.',
};

export const notFinished: PublicError = {
  status: 409,
  code: 'NOT_FINISHED',
  message: 'The feed is not finished. Ask again once it is.',
  retryAfter: 1,
};

export const noneRejected: PublicError = {
  status: 404,
  code: 'NOT_FOUND',
  message: 'There are no rejected rows of this feed here.',
};
