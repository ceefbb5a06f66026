/** What the legacy paths do with a body: DRF's views, as functions free of the connection. */
import type { ChangeSource } from '../../domain/change.ts';
import type { JsonAnswer } from '../edge/json-answer.ts';
import type { RequestContext } from '../graphql/execute.ts';
import { detailed } from './answer.ts';
import { updateMany } from './bulk.ts';
import type { SafetyHeaders } from './safety-headers.ts';
import { ignoredFieldsHeader } from './ignored-fields.ts';
import { updateOne } from './single.ts';
import { parseJson } from './drf/json.ts';

export type LegacyDoor = 'legacy' | 'legacy_bulk';

/** What the changes of each are recorded with. */
export const sourceOf = { legacy: 'REST', legacy_bulk: 'REST_BULK' } as const satisfies Record<
  LegacyDoor,
  ChangeSource
>;

/** A POST free of its connection, so that it can be answered on another thread. */
export interface LegacyRequest {
  readonly door: LegacyDoor;
  readonly body: Buffer;
  /** Whether it nests deeper than Python's parser goes; undefined where nobody measured it. */
  readonly isTooDeep: boolean | undefined;
  readonly headers: SafetyHeaders;
}

const posts = { legacy: updateOne, legacy_bulk: updateMany } as const;

/** Answers a POST. Throws a RefusalError for a fault of ours that is reported, and anything else for one that is not. */
export async function answerLegacy(
  { door, body, isTooDeep, headers }: LegacyRequest,
  context: RequestContext,
): Promise<JsonAnswer> {
  const json = parseJson(body, isTooDeep);
  if ('error' in json) return detailed(400, `JSON parse error - ${json.error}`);
  const answer = await posts[door](json, headers, context);
  return { ...answer, headers: { ...answer.headers, ...ignoredFieldsHeader(json) } };
}
