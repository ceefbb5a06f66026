/** Validates text that both stores can hold. PostgreSQL refuses null characters, and neither store can hold lone surrogates. */
import { z } from 'zod';

/** Whether both stores can hold the text. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * Validates one line of at most this many UTF-16 units, which a change keeps for people. Control characters are refused. So a unit takes at
 * most 4 bytes in every encoding that the gateway writes.
 */
export function printableText(maxLength: number) {
  return storedText(maxLength).refine(
    (text) => !/\p{Cc}/u.test(text),
    'This must not contain control characters, such as tabs or line breaks.',
  );
}

/** Validates text of at most this many UTF-16 units that both stores can hold. */
export function storedText(maxLength: number) {
  return z
    .string()
    .max(maxLength, `This must have no more than ${maxLength} characters.`)
    .refine(isStorable, 'This must not contain null characters or lone surrogates.');
}
