/** Reads the Authorization header: the caller, or why there is none. The messages are Django REST framework's. */
import { isUtf8 } from 'node:buffer';
import type { Authenticate, Caller, Permission } from '../../domain/caller.ts';

/** Why a request is not let in. */
export interface Denial {
  readonly status: 401 | 403 | 409 | 429;
  readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN' | 'RATE_LIMITED';
  readonly message: string;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter?: number;
}

export const tokenSchemes = { legacy: ['token'], graphql: ['token', 'bearer'] } as const;

/** Reads `Authorization: Token ...`. The case of the scheme does not matter. Rejects with UnavailableError if tokens cannot be looked up. */
export async function authenticateHeader(
  header: string | undefined,
  schemes: readonly string[],
  authenticate: Authenticate,
): Promise<Caller | Denial> {
  const [scheme = '', token, another] = (header ?? '').trim().split(/\s+/);
  if (!schemes.includes(scheme.toLowerCase())) return denied('Authentication credentials were not provided.');
  if (token === undefined) return denied('Invalid token header. No credentials provided.');
  if (another !== undefined) return denied('Invalid token header. Token string should not contain spaces.');
  // Node decodes headers as Latin-1.
  const bytes = Buffer.from(token, 'latin1');
  if (!isUtf8(bytes))
    return denied('Invalid token header. Token string should not contain invalid characters.');
  return (await authenticate(bytes.toString())) ?? denied('Invalid token.');
}

/** Why this caller may not do what needs the permission; null when it may. */
export function denyCaller(caller: Caller, permission: Permission): Denial | null {
  if (!caller.permissions.includes(permission)) {
    return { status: 403, code: 'FORBIDDEN', message: 'You do not have permission to perform this action.' };
  }
  if (caller.role !== 'supplier') {
    return {
      status: 409,
      code: 'FORBIDDEN',
      message:
        "The requester is not of the correct type: this is a retailer's token, and only suppliers have SKUs.",
    };
  }
  return null;
}

function denied(message: string): Denial {
  return { status: 401, code: 'UNAUTHENTICATED', message };
}
