/** IDs of webhook messages: a message that is sent again has the same one, and it tells which changes it has. */
import type { EndpointKey } from './endpoint.ts';

/** Positions of the first and the last change of a message. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** The ID of a message of changes. `digest`: hexadecimal digits that tell its body. */
export function changesIdOf(key: EndpointKey, round: number, { first, last }: Span, digest: string): string {
  return `${nameOf(key)}_${round}_${first}-${last}_${digest}`;
}

/** The ID of a ping. */
export function pingIdOf(key: EndpointKey, unique: string): string {
  return `${nameOf(key)}_ping-${unique}`;
}

/** Which changes the message of this ID has; null for a ping. */
export function spanOf(messageId: string): Span | null {
  const [, first, last] = /_\d+_(\d+)-(\d+)_[0-9a-f]+$/.exec(messageId) ?? [];
  return first === undefined ? null : { first: Number(first), last: Number(last) };
}

/** A signature covers ID, timestamp and body with full stops between them, so an ID must have none. No supplier's key has `~` and a letter. */
function nameOf({ supplierId, endpointId }: EndpointKey): string {
  return `${supplierId.replaceAll('.', '~p')}_${endpointId}`;
}
