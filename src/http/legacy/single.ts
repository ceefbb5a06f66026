/** The legacy door for one SKU: the documented body in, `{"message": "success"}` or the reason out. */
import { mayView } from '../../schema/builder/context.ts';
import type { JsonAnswer } from '../edge/json-answer.ts';
import type { RequestContext } from '../graphql/execute.ts';
import { detailed, notFound, refusedCall, statusOf } from './answer.ts';
import { parseLegacyUpdate, toMessage } from './fields.ts';
import { readSafetyHeaders, type SafetyHeaders } from './safety-headers.ts';
import { toInput, toWire, updateAndShow, updateBlindly } from './mutations.ts';
import type { Json } from './drf/json.ts';

export async function updateOne(
  json: Json,
  headers: SafetyHeaders,
  context: RequestContext,
): Promise<JsonAnswer> {
  const parsed = parseLegacyUpdate(json);
  if ('errors' in parsed)
    return {
      status: 400,
      body: { ...parsed.errors, message: toMessage(parsed.errors) },
      refused: refusedCall('BAD_USER_INPUT', json),
    };
  const safety = readSafetyHeaders(headers);
  if ('error' in safety)
    return { ...detailed(400, safety.error), refused: refusedCall('BAD_USER_INPUT', json) };
  const update = mayView(context.caller) ? updateAndShow : updateBlindly;
  const input = { ...toInput(parsed.update), ...safety };
  const { sku, replayed, userErrors } = await update(input, context);
  const answered = {
    ...(replayed && { 'idempotent-replayed': 'true' }),
    ...(sku && { etag: `"${sku.version}"` }),
  };
  const [refusal] = userErrors;
  if (!refusal) return { status: 200, headers: answered, body: { message: 'success' } };
  const { code, message, current } = refusal;
  const status = statusOf[code];
  const refused = refusedCall(code, json);
  if (status === 404) {
    const hint = code === 'INVALID_IDENTIFIER' ? { hint: message } : {};
    return { status, refused, headers: answered, body: { message: notFound(parsed.update), ...hint } };
  }
  if (current) {
    return {
      status,
      refused,
      headers: answered,
      body: { detail: message, message, current: toWire(current) },
    };
  }
  return { ...detailed(status, message), refused, headers: answered };
}
