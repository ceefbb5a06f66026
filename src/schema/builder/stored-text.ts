/** Text that both stores can hold and be asked for: PostgreSQL knows no null characters, and neither knows lone surrogates. */
import { z } from 'zod';

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** A text that a change keeps for people to read: one line, of which a character takes 4 bytes at most wherever it is written. */
export function printableText(maxLength: number) {
  return storedText(maxLength).refine(
    (text) => !/\p{Cc}/u.test(text),
    'This must not contain control characters, such as tabs or line breaks.',
  );
}

/** A text of at most this many UTF-16 units. */
export function storedText(maxLength: number) {
  return z
    .string()
    .max(maxLength, `This must have no more than ${maxLength} characters.`)
    .refine(isStorable, 'This must not contain null characters or lone surrogates.');
}
