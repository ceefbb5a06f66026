/** The legacy door for one SKU: the documented body in, `{"message": "success"}` or the reason out. */
import { mayView, type Context } from '../../schema/builder/context.ts';
import { detailed, notFound, statusOf, type LegacyAnswer } from './answer.ts';
import { parseLegacyUpdate, toMessage } from './fields.ts';
import { readSafetyHeaders, type SafetyHeaders } from './safety-headers.ts';
import { toInput, updateSkuInventory, type LegacyInventory } from './mutations.ts';
import type { Json } from './drf/json.ts';

export async function updateOne(json: Json, headers: SafetyHeaders, context: Context): Promise<LegacyAnswer> {
  const parsed = parseLegacyUpdate(json);
  if ('errors' in parsed)
    return { status: 400, body: { ...parsed.errors, message: toMessage(parsed.errors) } };
  const safety = readSafetyHeaders(headers);
  if ('error' in safety) return detailed(400, safety.error);
  const { sku, replayed, userErrors } = await updateSkuInventory(
    { ...toInput(parsed.update), ...safety },
    context,
  );
  const shown = mayView(context.caller) ? sku : null;
  const answered = {
    ...(replayed && { 'idempotent-replayed': 'true' }),
    ...(shown && { etag: `"${shown.version}"` }),
  };
  const [refusal] = userErrors;
  if (!refusal) return { status: 200, headers: answered, body: { message: 'success' } };
  const { code, message } = refusal;
  const status = statusOf[code];
  if (status === 404) {
    const hint = code === 'INVALID_IDENTIFIER' ? { hint: message } : {};
    return { status, headers: answered, body: { message: notFound(parsed.update), ...hint } };
  }
  if (code === 'PRECONDITION_FAILED' && shown) {
    return { status, headers: answered, body: { detail: message, message, current: toWire(shown) } };
  }
  return { ...detailed(status, message), headers: answered };
}

function toWire({ skuId, quantityInStock, quantityOnBackorder, restrictions, version }: LegacyInventory) {
  return {
    sku_id: skuId,
    quantity_in_stock: quantityInStock,
    quantity_on_backorder: quantityOnBackorder,
    restrictions: restrictions?.toLowerCase() ?? null,
    version,
  };
}
