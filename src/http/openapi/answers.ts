/** What the answers of all paths have in common in the OpenAPI document: headers, and the refusals of the edge. */
import { unavailableCodes, unavailableStatus } from '../../domain/unavailable.ts';

/** A part of an OpenAPI document. */
export type Part = Readonly<Record<string, unknown>>;

/** How a status of every door is described. */
const descriptions: Readonly<Record<number, string>> = {
  400: 'The request cannot be read, or what it says is not valid. The message says what to change.',
  401: 'There is no token, or it is unknown, revoked or expired.',
  403: 'The token lacks the permission.',
  404: 'Nothing of this name is there.',
  405: 'The method is not allowed here.',
  408: 'The body stopped on its way.',
  409: 'The request does not fit the present state.',
  412: 'The SKU has another version than `If-Match` names. Nothing was changed.',
  413: 'The body is too large.',
  415: 'The body has a media type that is not read here, or it is compressed.',
  422: 'The request was understood, and cannot be done. The message says why.',
  429: 'Too much was asked for. Wait for the seconds in `Retry-After`.',
  500: 'A fault of the gateway. The message has the ID of the request.',
  503: 'The gateway or its store has no time or no disk now. Wait for the seconds in `Retry-After`.',
  504: 'A read took too long.',
};

/** Statuses of a caller that is not let in, of a request that cannot be read, and of a gateway in trouble. */
export const edgeStatuses = [
  ...[400, 401, 403, 405, 409, 413, 415, 429, 500],
  ...unavailableCodes.map((code) => unavailableStatus[code]),
];

const retryAfter: Part = {
  'Retry-After': {
    description: 'Seconds to wait before the next attempt.',
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
};

/** The answers of these statuses, all with the same schema. */
export function refusals(statuses: readonly number[], schema: Part): Part {
  const sorted = [...new Set(statuses)].toSorted((a, b) => a - b);
  return Object.fromEntries(
    sorted.map((status) => [
      status,
      {
        description: descriptions[status] ?? 'A refusal.',
        ...(status === 429 || status >= 503 ? { headers: retryAfter } : {}),
        content: { 'application/json': { schema } },
      },
    ]),
  );
}

export function jsonAnswer(description: string, schema: Part, more: Part = {}): Part {
  return { description, ...more, content: { 'application/json': { schema } } };
}

/** A reference to a schema of the document. */
export function ref(name: string): Part {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object that has all of these fields and no other. */
export function exact(
  properties: Readonly<Record<string, Part>>,
  optional: Readonly<Record<string, Part>> = {},
): Part {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** What fits the schema, or null. */
export function orNull(schema: Part): Part {
  return { oneOf: [schema, { type: 'null' }] };
}
