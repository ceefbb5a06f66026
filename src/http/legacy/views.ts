/** What the legacy paths do with a body: DRF's views, as functions free of the connection. */
import type { Context } from '../../schema/builder/context.ts';
import { detailed, type LegacyAnswer } from './answer.ts';
import { updateInBulk } from './bulk.ts';
import type { SafetyHeaders } from './safety-headers.ts';
import { updateOne } from './single.ts';
import { parseJson } from './drf/json.ts';

export type LegacyDoor = 'legacy' | 'legacy_bulk';

/** A POST free of its connection, so that it can be answered on another thread. */
export interface LegacyRequest {
  readonly door: LegacyDoor;
  readonly body: Buffer;
  /** Whether it nests deeper than Python's parser goes; undefined where nobody measured it. */
  readonly isTooDeep: boolean | undefined;
  readonly headers: SafetyHeaders;
}

const posts = { legacy: updateOne, legacy_bulk: updateInBulk } as const;

/** Answers a POST. Throws UnavailableError, or what is our fault. */
export async function answerLegacy(
  { door, body, isTooDeep, headers }: LegacyRequest,
  context: Context,
): Promise<LegacyAnswer> {
  const json = parseJson(body, isTooDeep);
  if ('error' in json) return detailed(400, `JSON parse error - ${json.error}`);
  return posts[door](json, headers, context);
}
