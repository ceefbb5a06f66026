/** What the JSON of a body may hold, for each door: enough for its largest legal call, with some air. */
import { MAX_BULK_ROWS } from '../../domain/update.ts';
import { MAX_LEVELS, type JsonShape } from './json-shape.ts';
import type { PublicError } from '../edge/edge-error.ts';
import type { Door } from '../edge/request-log.ts';

/** Values in a body that may hold many rows: 40 for each row of the largest bulk call, which has 9 at most. */
const MAX_VALUES = 400_000;
/** Values in a body for one SKU, which has 8 fields. */
const MAX_VALUES_OF_ONE = 10_000;
/** Bytes of a GraphQL document and of any other text in a GraphQL body, as they stand there. */
const MAX_TEXT_BYTES = 65_536;

/** Why the door does not take a body of this shape, with numbers as far as it was measured; `body` holds its bytes up to there. */
type Judge = (shape: JsonShape, body: Uint8Array) => PublicError | null;

/** For doors that read bodies. Limits of the legacy path stand beside its parser, which refuses deep JSON in Python's words. */
export const judges: Partial<Record<Door, Judge>> = {
  legacy: (shape) => judgeValues(shape, MAX_VALUES_OF_ONE),
  legacy_bulk: (shape) => judgeRows(shape) ?? judgeValues(shape, MAX_VALUES),
  graphql: (shape, body) =>
    judgeDepth(shape) ?? judgeLists(shape, body) ?? judgeTexts(shape, body) ?? judgeValues(shape, MAX_VALUES),
};

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

/** The key of the value that begins at this offset; undefined where it has none. */
function keyBefore(body: Uint8Array, at: number): string | undefined {
  const before = Buffer.from(body.subarray(Math.max(0, at - 64), at)).toString('latin1');
  return /"(\w+)"\s*:\s*$/.exec(before)?.[1];
}

function refuse(message: string, details: PublicError['details'] = {}): PublicError {
  return { status: 400, code: 'BAD_USER_INPUT', message, details };
}
