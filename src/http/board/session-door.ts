/** Signing in and out: POST /board/session takes a token and sets a cookie, GET says whether there is a session, and whose, DELETE ends it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Authenticate, Caller, Sessions } from '../../domain/caller.ts';
import { throttled, type Admission } from '../edge/admission.ts';
import { denyCaller } from '../edge/authenticate.ts';
import {
  methods,
  RefusalError,
  refusalHeaders,
  toPublicError,
  unsupportedMediaType,
  type PublicError,
} from '../edge/edge-error.ts';
import { sendJson } from '../edge/json-answer.ts';
import { declaresJson } from '../edge/media-type.ts';
import { Places } from '../fair/places.ts';
import type { Limits } from '../shared/shared-limits.ts';
import { BOARD_PATH, findOne } from './board-entrance.ts';
import { isSecure, refuseOtherOrigins } from './own-origin.ts';
import { clearCookies, readSecrets, setCookie } from './session-cookie.ts';

export interface SessionDoorOptions {
  readonly sessions: Sessions;
  readonly authenticate: Authenticate;
  readonly admission: Admission;
  readonly limits: Limits;
  /** What the form is filled in with. Null: nothing. */
  readonly demoToken: string | null;
}

const SESSION_PATH = `${BOARD_PATH}/session`;
/** A body with a token has a hundred bytes. */
const MAX_BYTES = 4_096;
/** Units of the rate limit that a sign-in costs: it is a commit by itself, which others wait for. */
const SIGN_IN_UNITS = 50;
/** Sign-ins of one supplier that may be under way at the same time. */
const MAX_SIGNING_IN = 2;
const allowed = 'GET, HEAD, POST, DELETE';

const SignIn = z.strictObject({ token: z.string().trim().min(1) });

/** Adds the path. It has a parser of its own, because who calls is known only when the body is read. */
export function addSessionDoor(server: FastifyInstance, options: SessionDoorOptions): void {
  const signIn = createSignIn(options);
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    scope.route({
      method: [...methods],
      url: SESSION_PATH,
      config: { door: 'board' },
      bodyLimit: MAX_BYTES,
      onRequest: (request, reply, next) => {
        reply.header('cache-control', 'no-store');
        const refusal = refuseOtherOrigins(request) ?? refuseMethod(request, reply);
        if (refusal) sendError(reply, refusal);
        else next();
      },
      handler: async (request, reply) => {
        if (request.method === 'POST') return signIn(request, reply);
        if (request.method === 'DELETE') return signOut(request, reply, options.sessions);
        return tell(request, reply, options);
      },
      errorHandler: (error, request, reply) => void sendError(reply, toPublicError(error, request)),
    });
    done();
  });
}

/** Says whether there is a session, and whose. This also takes away the cookie of one that has ended. */
async function tell(
  request: FastifyRequest,
  reply: FastifyReply,
  { sessions, demoToken }: SessionDoorOptions,
): Promise<FastifyReply> {
  const caller = await findOne(readSecrets(request.headers), (secret) => sessions.use(secret));
  if (!('message' in caller)) return sendSession(reply, caller);
  clearCookies(reply);
  return sendJson(reply, { status: 200, body: { signedIn: false, demoToken } });
}

function createSignIn({ sessions, authenticate, admission, limits }: SessionDoorOptions) {
  const places = new Places(MAX_SIGNING_IN, limits.countsOf('signing in'));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const token = readToken(request);
    const caller = await authenticate(token);
    if (!caller) return sendError(reply, unknownToken);
    request.caller = caller;
    const refusal = denySignIn(caller) ?? (await admission.deny(request, reply));
    if (refusal) return sendError(reply, refusal);
    const wait = request.charge?.before(SIGN_IN_UNITS) ?? 0;
    if (wait > 0) return sendError(reply, throttled(wait));
    const leave = places.enter(caller.supplierId);
    if (!leave) return sendError(reply, tooMany);
    // A page that signs in again needs its old session no more.
    const secret = await sessions.begin(token, caller, readSecrets(request.headers)).finally(leave);
    if (secret === null) return sendError(reply, unknownToken);
    setCookie(reply, secret, isSecure(request));
    return sendSession(reply, caller);
  };
}

/** The page names the supplier with all that it changes. */
function sendSession(reply: FastifyReply, { supplierName }: Caller): FastifyReply {
  return sendJson(reply, { status: 200, body: { signedIn: true, supplier: supplierName } });
}

/** Ends the sessions of the request. It costs no units, so that everybody can sign out at any time: each sign-in has paid for one. */
async function signOut(
  request: FastifyRequest,
  reply: FastifyReply,
  sessions: Sessions,
): Promise<FastifyReply> {
  const open: string[] = [];
  for (const secret of readSecrets(request.headers)) {
    const caller = await sessions.check(secret);
    if (caller) open.push(secret);
    if (caller) request.caller = caller;
  }
  if (open.length > 0) await sessions.end(open);
  clearCookies(reply);
  return reply.code(204).send();
}

/** Throws a RefusalError if the body has no token. */
function readToken(request: FastifyRequest): string {
  const { body } = request;
  if (!declaresJson(request)) throw new RefusalError(unsupportedMediaType(request));
  const parsed = SignIn.safeParse(parseJson(body instanceof Buffer ? body.toString() : ''));
  if (!parsed.success) throw new RefusalError(noToken);
  return parsed.data.token;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuseMethod({ method }: FastifyRequest, reply: FastifyReply): PublicError | null {
  if (allowed.split(', ').includes(method)) return null;
  reply.header('allow', allowed);
  return {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: `Method "${method}" not allowed. Send ${allowed}.`,
  };
}

/** Why the board is of no use with this token. */
function denySignIn(caller: Caller): PublicError | null {
  const denial = denyCaller(caller, 'view_items');
  return denial?.status === 403 ? mayNotView : denial;
}

export function sendError(reply: FastifyReply, error: PublicError): FastifyReply {
  reply.request.errorCode ??= error.code;
  const { status, code, message } = error;
  return sendJson(reply, { status, headers: refusalHeaders(error), body: { code, message } });
}

const noToken: PublicError = {
  status: 400,
  code: 'BAD_USER_INPUT',
  message: 'Send a JSON object with the token as text: {"token": "..."}.',
};
const unknownToken: PublicError = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'This token is unknown, expired or revoked. Check it, or ask for a new one.',
};
const mayNotView: PublicError = {
  status: 403,
  code: 'FORBIDDEN',
  message: 'This token may not view SKUs. Sign in with a token that has the permission view_items.',
};
const tooMany: PublicError = {
  status: 429,
  code: 'RATE_LIMITED',
  message: 'Others of your supplier are signing in at this moment. Try again.',
  retryAfter: 1,
};
