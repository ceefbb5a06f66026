/** The rules and the words of Django REST framework 3.14 for one field: CharField, IntegerField, ChoiceField, DateField. */
import { MAX_QUANTITY } from '../../../domain/sku.ts';
import { isDate, strip } from '../../../domain/text.ts';
import type { Json } from './json.ts';
import { escapeSurrogates, str } from './repr.ts';
import { parsePythonInt } from './python-int.ts';

/** What a field comes to, or every reason why it is refused, in DRF's order. */
export type Field<T> = { readonly value: T } | { readonly errors: readonly string[] };

/** Code points of a CharField here, once trimmed. */
export const MAX_CHARACTERS = 256;

/** DRF's `IntegerField.MAX_STRING_LENGTH`, in code points. */
const MAX_INTEGER_STRING = 1000;

/** An answer repeats at most so much of what was sent, in UTF-16 units. Every valid text fits, even escaped. DRF has no limit. */
export const MAX_ECHO = 4000;

/** DRF 3.14's CharField: a string, or a number written down by Python, trimmed, neither blank nor too long. */
export function readChar({ value: sent, asPython }: Json): Field<string> {
  if (sent === null) return refuse('This field may not be null.');
  if (typeof sent !== 'string' && typeof sent !== 'number') return refuse('Not a valid string.');
  const value = typeof sent === 'string' ? strip(sent) : str(asPython());
  if (value === '') return refuse('This field may not be blank.');
  const errors: string[] = [];
  if (isLonger(value, MAX_CHARACTERS)) {
    errors.push(`Ensure this field has no more than ${MAX_CHARACTERS} characters.`);
  }
  if (value.includes('\0')) errors.push('Null characters are not allowed.');
  const surrogate = /\p{Cs}/u.exec(value)?.[0];
  if (surrogate !== undefined) {
    const hex = surrogate.charCodeAt(0).toString(16).toUpperCase();
    errors.push(`Surrogate characters are not allowed: U+${hex}.`);
  }
  return errors.length > 0 ? { errors } : { value };
}

/** DRF 3.14's IntegerField, 0 to MAX_QUANTITY: a number or string that `int()` reads once a zero fraction is off. */
export function readInteger({ value: sent, asPython }: Json): Field<number> {
  if (sent === null) return refuse('This field may not be null.');
  if (typeof sent === 'string' && isLonger(sent, MAX_INTEGER_STRING))
    return refuse('String value too large.');
  // Beyond the safe integers Python's spelling decides: 1e16 becomes `1e+16`, which its `int()` refuses.
  if (Number.isSafeInteger(sent)) return checkBounds(Number(sent));
  if (typeof sent !== 'string' && typeof sent !== 'number') return refuse('A valid integer is required.');
  const read = parsePythonInt(dropZeroFraction(typeof sent === 'string' ? sent : str(asPython())));
  return read === undefined ? refuse('A valid integer is required.') : checkBounds(read);
}

/** DRF 3.14's ChoiceField: exactly one of the choices. */
export function readChoice<Choice extends string>(sent: Json, choices: readonly Choice[]): Field<Choice> {
  if (sent.value === null) return refuse('This field may not be null.');
  const value = choices.find((choice) => choice === sent.value);
  if (value !== undefined) return { value };
  const given = typeof sent.value === 'string' ? sent.value : str(sent.asPython());
  return refuse(`"${shorten(escapeSurrogates(given))}" is not a valid choice.`);
}

/** DRF 3.14's DateField, in its documented format alone. Years before 2000 are refused with the same words. */
export function readDate({ value: sent }: Json): Field<string> {
  if (sent === null) return refuse('This field may not be null.');
  if (typeof sent === 'string' && isDate(sent)) return { value: sent };
  return refuse('Date has wrong format. Use one of these formats instead: YYYY-MM-DD.');
}

/** Cuts what an answer repeats to MAX_ECHO; expects well-formed text and leaves it so. */
export function shorten(text: string): string {
  return text.length > MAX_ECHO ? `${text.slice(0, MAX_ECHO).replace(/[\ud800-\udbff]$/, '')}…` : text;
}

function checkBounds(read: number | bigint): Field<number> {
  if (read < 0) return refuse('Ensure this value is greater than or equal to 0.');
  if (read > MAX_QUANTITY) return refuse(`Ensure this value is less than or equal to ${MAX_QUANTITY}.`);
  // -0 would not be the same value as 0 to everyone who compares.
  return { value: Number(read) + 0 };
}

/** DRF's `re.sub(r'\.0*\s*$', '', text)`. */
function dropZeroFraction(text: string): string {
  const point = text.lastIndexOf('.');
  return point >= 0 && /^\.0*$/.test(strip(text.slice(point))) ? text.slice(0, point) : text;
}

/** In code points, as Python's `len()` counts. */
function isLonger(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || Array.from(text).length > limit);
}

function refuse(error: string): { readonly errors: readonly string[] } {
  return { errors: [error] };
}
