/** Finds out who calls: from the Authorization header, or as another entrance does it. The messages are Django REST framework's. */
import { isUtf8 } from 'node:buffer';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate, Caller, Permission } from '../../domain/caller.ts';
import { allowOrigins } from './cors.ts';
import type { PublicError } from './edge-error.ts';

/** Why a request is not let in. */
export interface Denial {
  readonly status: 401 | 403 | 409 | 429;
  readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN' | 'RATE_LIMITED';
  readonly message: string;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter?: number;
}

/** What a request showed of its caller. A live stream ends once it is no longer good. */
export interface Credential {
  /** Equal for equal credentials. */
  readonly key: string;
  /** Rejects with UnavailableError if that cannot be known now. */
  readonly isGood: () => Promise<boolean>;
}

/** A way into a door: where it is, which pages may use it, and how it learns who calls. */
export interface Entrance {
  /** What the door's paths begin with here. */
  readonly prefix: string;
  /** Judges the page that sends the request, if it is one, and sets headers for it. A preflight is answered 204. */
  readonly judgePage: (request: FastifyRequest, reply: FastifyReply) => 'preflight' | PublicError | null;
  /** Rejects with UnavailableError if callers cannot be looked up. */
  readonly findCaller: (request: FastifyRequest) => Promise<Caller | Denial>;
  readonly credentialOf: (request: FastifyRequest) => Credential;
}

/** The public entrance, where a token says who calls. Pages of listed origins may use it. */
export function createTokenEntrance(authenticate: Authenticate, corsOrigins: readonly string[]): Entrance {
  const findCaller = (header: string | undefined) =>
    authenticateHeader(header, tokenSchemes.graphql, authenticate);
  return {
    prefix: '',
    judgePage: (request, reply) => (allowOrigins(corsOrigins, request, reply) ? 'preflight' : null),
    findCaller: ({ headers }) => findCaller(headers.authorization),
    credentialOf: ({ headers: { authorization } }) => ({
      key: `token ${authorization}`,
      isGood: async () => !('message' in (await findCaller(authorization))),
    }),
  };
}

export const tokenSchemes = { legacy: ['token'], graphql: ['token', 'bearer'] } as const;

/** Reads `Authorization: Token ...`. The case of the scheme does not matter. Rejects with UnavailableError if tokens cannot be looked up. */
export async function authenticateHeader(
  header: string | undefined,
  schemes: readonly string[],
  authenticate: Authenticate,
): Promise<Caller | Denial> {
  const token = readToken(header, schemes);
  if (typeof token !== 'string') return token;
  return (await authenticate(token)) ?? denied('Invalid token.');
}

/** What nearly all headers are. Of a text in ASCII the bytes are no question. */
const PLAIN_HEADER = /^(\w+) ([\x21-\x7e]+)$/;

function readToken(header: string | undefined, schemes: readonly string[]): string | Denial {
  const [, plainScheme, plainToken] = PLAIN_HEADER.exec(header ?? '') ?? [];
  if (plainScheme !== undefined && plainToken !== undefined && schemes.includes(plainScheme.toLowerCase()))
    return plainToken;
  const [scheme = '', token, another] = (header ?? '').trim().split(/\s+/);
  if (!schemes.includes(scheme.toLowerCase())) return denied('Authentication credentials were not provided.');
  if (token === undefined) return denied('Invalid token header. No credentials provided.');
  if (another !== undefined) return denied('Invalid token header. Token string should not contain spaces.');
  // Node decodes headers as Latin-1.
  const bytes = Buffer.from(token, 'latin1');
  if (!isUtf8(bytes))
    return denied('Invalid token header. Token string should not contain invalid characters.');
  return bytes.toString();
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
