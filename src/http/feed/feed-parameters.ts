/** What the sender of a file asks for: query parameters and headers of POST /feeds/inventory. */
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { feedModes } from '../../domain/feed.ts';
import { MAX_KEY_LENGTH, MAX_REASON_LENGTH, MAX_URI_LENGTH } from '../../domain/update.ts';

const MAX_NAME_LENGTH = 255;
/** Seconds that `Prefer: wait` may ask for. */
const MAX_WAIT_S = 30;

const ZEROING = 'must be a number of SKUs, 0 or more';
const text = (length: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(length, `must have at most ${length} characters`)
    .regex(/^\P{Cc}*$/u, 'must not contain control characters, such as tabs or line breaks');

/** The query parameters. */
export const FeedParameters = z
  .strictObject({
    mode: z.enum(feedModes, `must be ${feedModes.join(' or ')}`).default('delta'),
    dryRun: z
      .enum(['true', 'false'], 'must be true or false')
      .default('false')
      .transform((value) => value === 'true'),
    reason: text(MAX_REASON_LENGTH).nullable().default(null),
    reference: text(MAX_URI_LENGTH)
      .refine((uri) => URL.canParse(uri), 'must be a URI with its scheme')
      .nullable()
      .default(null),
    allowZeroing: z
      .string()
      .regex(/^\d{1,9}$/, ZEROING)
      .transform(Number)
      .nullable()
      .default(null),
    asOf: z.iso
      .datetime({ offset: true, error: 'must be a time with its offset, such as 2026-11-29T08:00:00Z' })
      .transform((value) => new Date(value).toISOString())
      .nullable()
      .default(null),
    filename: text(MAX_NAME_LENGTH).nullable().default(null),
    sheet: text(MAX_NAME_LENGTH).nullable().default(null),
  })
  .readonly();

export type FeedParameters = z.output<typeof FeedParameters>;

/** The names that may be given. */
const names = ['mode', 'dryRun', 'asOf', 'reason', 'reference', 'allowZeroing', 'filename', 'sheet'] as const;

/** The parameters, or what is wrong with them. */
export function readParameters(url: string): FeedParameters | { readonly error: string } {
  const given = new URLSearchParams(url.replace(/^[^?]*/, ''));
  const fields: Record<string, string> = {};
  for (const [name, value] of given) {
    if (!names.some((known) => known === name))
      return { error: `There is no parameter ${shown(name)}. Known are: ${names.join(', ')}.` };
    if (name in fields) return { error: `The parameter ${name} is given twice.` };
    // In a query a plus means a space. In a time it can only be an offset that was not encoded.
    fields[name] = name === 'asOf' ? value.replace(' ', '+') : value;
  }
  const parsed = FeedParameters.safeParse(fields);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return { error: `The parameter ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}.` };
}

/** The key; null if none is given. */
export function readKey(headers: IncomingHttpHeaders): string | null | { readonly error: string } {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && key.length <= MAX_KEY_LENGTH && /^[\x20-\x7e]+$/.test(key)) return key;
  return { error: `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} printable ASCII characters.` };
}

/** Seconds to wait for the end of the feed (RFC 7240). What is asked for beyond the most is cut. */
export function readWait(headers: IncomingHttpHeaders): number {
  const prefer = [headers['prefer'] ?? []].flat().join(',');
  const seconds = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?:$|[,;\s])/i.exec(prefer)?.[1];
  return Math.min(Number(seconds ?? 0), MAX_WAIT_S);
}

function shown(name: string): string {
  return `"${name.slice(0, 50).replaceAll(/\p{C}/gu, '?')}"`;
}
