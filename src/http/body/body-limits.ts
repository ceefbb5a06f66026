/** Limits on the JSON of a body, for each door. Each limit has room beyond the largest valid call. */
import { MAX_BULK_ROWS } from '../../domain/update.ts';
import { JsonMeter, MAX_LEVELS, type JsonShape } from './json-shape.ts';
import type { PublicError } from '../edge/edge-error.ts';
import type { Door } from '../edge/request-log.ts';

/** Values in a body that may hold many rows. This allows 40 for each row of the largest bulk call; a row has at most 9. */
const MAX_VALUES = 400_000;
/** Values in a body for one SKU. Such a body has 8 fields. */
const MAX_VALUES_OF_ONE = 10_000;
/** Bytes of the GraphQL document, or of any other string in a GraphQL body, as written there with its escapes. */
const MAX_TEXT_BYTES = 65_536;
/**
 * Values in one object of a GraphQL body, with all that lies within it (`JsonShape.largestObject`). GraphQL repeats the whole object in the
 * message for each unknown field, before it cuts the message. The largest valid object has about 160 values: a bulk call, of whose
 * rows ten count. A document has room for 250 variables.
 */
const MAX_OBJECT_VALUES = 300;
/** Bytes of text in one object of a GraphQL body, counted in the same way. */
const MAX_OBJECT_TEXT_BYTES = 65_536;

/** Bytes of the shortest GraphQL body that can exceed a limit. Each value takes a byte, and a comma or a bracket. */
export const SHORTEST_JUDGED_BYTES = 2 * MAX_OBJECT_VALUES;

/** Returns why a door refuses a body, or null. `shape` and `body` may cover only the first part of it. */
type Judge = (shape: JsonShape, body: Uint8Array) => PublicError | null;

/**
 * The judge of each door that reads bodies. The legacy doors do not judge depth here: their parser refuses deep JSON with the
 * message of Python.
 */
export const judges: Partial<Record<Door, Judge>> = {
  legacy: (shape) => judgeValues(shape, MAX_VALUES_OF_ONE),
  legacy_bulk: (shape) => judgeRows(shape) ?? judgeValues(shape, MAX_VALUES),
  graphql: judgeGraphql,
};

/** As the judge of the GraphQL door, for variables and extensions that come in the address. Each is JSON. */
export function judgeParameters(variables: string, extensions: string): PublicError | null {
  const body = Buffer.from(`{"variables":${variables},"extensions":${extensions}}`);
  const meter = new JsonMeter();
  meter.measure(body);
  return judgeGraphql(meter.shape, body);
}

function judgeGraphql(shape: JsonShape, body: Uint8Array): PublicError | null {
  return (
    judgeDepth(shape) ??
    judgeLists(shape, body) ??
    judgeTexts(shape, body) ??
    judgeValues(shape, MAX_VALUES) ??
    judgeObjects(shape)
  );
}

function judgeValues({ values }: JsonShape, limit: number): PublicError | null {
  if (values <= limit) return null;
  const message = `A body may hold at most ${limit} values; this one has ${values}. Split it.`;
  return refuse(message, { limit, provided: values });
}

function judgeRows({ outermost }: JsonShape): PublicError | null {
  if (outermost <= MAX_BULK_ROWS) return null;
  const message = `At most ${MAX_BULK_ROWS} items in one call; this one has ${outermost}.`;
  return { ...refuse(message), isListError: true };
}

function judgeDepth({ isTooDeep }: JsonShape): PublicError | null {
  if (!isTooDeep) return null;
  return refuse(`The JSON may nest at most ${MAX_LEVELS} levels.`, { limit: MAX_LEVELS });
}

function judgeLists({ longestList, longestListAt }: JsonShape, body: Uint8Array): PublicError | null {
  if (longestList <= MAX_BULK_ROWS) return null;
  const numbers = { limit: MAX_BULK_ROWS, provided: longestList };
  if (keyBefore(body, longestListAt) !== 'updates') {
    const message = `A list may have at most ${MAX_BULK_ROWS} elements; this one has ${longestList}. Split it.`;
    return refuse(message, numbers);
  }
  const message = `A bulk call takes at most ${MAX_BULK_ROWS} rows; this one has ${longestList}. Split it.`;
  return refuse(message, { ...numbers, problems: [{ path: ['input', 'updates'], message }] });
}

function judgeTexts({ longestText, longestTextAt }: JsonShape, body: Uint8Array): PublicError | null {
  if (longestText <= MAX_TEXT_BYTES) return null;
  const what = keyBefore(body, longestTextAt) === 'query' ? 'GraphQL document' : 'text';
  const message = `A ${what} may have at most ${MAX_TEXT_BYTES} bytes; this one has ${longestText}.`;
  return refuse(message, { limit: MAX_TEXT_BYTES, provided: longestText });
}

function judgeObjects({ largestObject, longestObjectText }: JsonShape): PublicError | null {
  if (largestObject > MAX_OBJECT_VALUES) {
    const message = `An object may hold at most ${MAX_OBJECT_VALUES} values; one here has ${largestObject}. Send only the fields of the schema.`;
    return refuse(message, { limit: MAX_OBJECT_VALUES, provided: largestObject });
  }
  if (longestObjectText <= MAX_OBJECT_TEXT_BYTES) return null;
  const message = `An object may hold at most ${MAX_OBJECT_TEXT_BYTES} bytes of text; one here has ${longestObjectText}. Shorten it.`;
  return refuse(message, { limit: MAX_OBJECT_TEXT_BYTES, provided: longestObjectText });
}

/** The object key before the value that begins at this offset; undefined if there is none. */
function keyBefore(body: Uint8Array, at: number): string | undefined {
  const before = Buffer.from(body.subarray(Math.max(0, at - 64), at)).toString('latin1');
  return /"(\w+)"\s*:\s*$/.exec(before)?.[1];
}

function refuse(message: string, details: PublicError['details'] = {}): PublicError {
  return { status: 400, code: 'BAD_USER_INPUT', message, details };
}
