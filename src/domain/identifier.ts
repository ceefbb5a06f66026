/** How a caller names a SKU: kind + value, and the canonical GTIN-14 that all spellings of a code share. */
import { strip } from './text.ts';

/** The kinds that are trade codes, with a check digit, in order of precedence. */
export const codeKinds = ['upca', 'ean13', 'gtin14', 'isbn'] as const;
export type CodeKind = (typeof codeKinds)[number];

/** Every kind, in order of precedence: of two that a caller gives, the earlier one counts. */
export const identifierKinds = ['skuId', ...codeKinds] as const;
export type IdentifierKind = (typeof identifierKinds)[number];

/** Longest identifier, in Unicode code points (legacy contract). The doors refuse what is longer. */
export const MAX_IDENTIFIER_LENGTH = 256;

/** The name of a SKU, as a caller gave it. */
export interface Identifier {
  readonly kind: IdentifierKind;
  /** As spelled, without surrounding white space. */
  readonly value: string;
  /** The canonical GTIN-14; null for a skuId and for a code that cannot be valid. */
  readonly gtin: string | null;
}

/** Why a code cannot be valid. */
export interface CodeFault {
  /** One English sentence: what is wrong and what to do. It never repeats the code. */
  readonly reason: string;
  /** '0' to '9' or 'X', the check digit that makes the code valid; null where none does. */
  readonly expectedCheckDigit: string | null;
}

/** Reads an identifier in linear time. Never throws: a code that cannot be valid has gtin null. */
export function parseIdentifier(kind: IdentifierKind, value: string): Identifier {
  const spelled = strip(value);
  if (kind === 'skuId') return { kind, value: spelled, gtin: null };
  const proof = proveCode(kind, spelled);
  return { kind, value: spelled, gtin: typeof proof === 'string' ? proof : null };
}

/** The first fault of a code (characters, length, prefix, check digit); null for a skuId and a valid code. */
export function explainCode({ kind, value }: Identifier): CodeFault | null {
  if (kind === 'skuId') return null;
  const proof = proveCode(kind, value);
  return typeof proof === 'string' ? null : proof;
}

// \d is ASCII only. The separators are Unicode's dashes and spaces, the minus sign and the soft hyphen:
// spreadsheets and word processors put them where a person typed '-' or ' '.
const DIGITS = /^\d*$/;
const DIGITS_OR_ISBN10 = /^(?:\d*|\d{9}[\dXx])$/;
const SEPARATORS = /[\p{Pd}\p{Zs}\u2212\u00ad]/gu;

const ISBN10_LENGTH = 10;
const PROPER_LENGTH = {
  upca: 'A UPC-A has 12 digits',
  ean13: 'An EAN-13 has 13 digits',
  gtin14: 'A GTIN-14 has 14 digits',
  isbn: 'An ISBN has 10 or 13 digits',
} as const;

/** The canonical GTIN-14 of a code, or its first fault. */
function proveCode(kind: CodeKind, value: string): string | CodeFault {
  const code = DIGITS.test(value) ? value : value.replace(SEPARATORS, '');
  const reason = findMalformation(kind, code);
  if (reason !== null) return { reason, expectedCheckDigit: null };

  const isIsbn10 = kind === 'isbn' && code.length === ISBN10_LENGTH;
  const body = code.slice(0, -1);
  const checkDigit = code.slice(-1).toUpperCase();
  const expectedCheckDigit = isIsbn10 ? computeIsbn10CheckDigit(body) : computeGs1CheckDigit(body);
  if (checkDigit !== expectedCheckDigit) {
    const digits = `The last digit is ${checkDigit} where the others call for ${expectedCheckDigit}`;
    return { reason: `${digits}: look for a mistyped or swapped digit.`, expectedCheckDigit };
  }

  const gtin = isIsbn10 ? `978${body}${computeGs1CheckDigit(`978${body}`)}` : code;
  return gtin.padStart(14, '0');
}

/** What no check digit can mend, as a sentence; null: only the check digit is left to prove. */
function findMalformation(kind: CodeKind, code: string): string | null {
  const isIsbn = kind === 'isbn';
  if (!(isIsbn ? DIGITS_OR_ISBN10 : DIGITS).test(code)) {
    const allowed = isIsbn ? 'digits, and X only as the last of ten characters' : 'digits';
    return `Beside hyphens and spaces a code may hold only ${allowed}: remove the rest, even if invisible.`;
  }

  // A spreadsheet drops leading zeros, so a GTIN may be short; an ISBN that is short would be a guess.
  const fits = isIsbn ? [10, 13, 14].includes(code.length) : code.length >= 8 && code.length <= 14;
  if (!fits) {
    const read = isIsbn ? '' : ' (8 to 14 are read, as leading zeros change nothing)';
    return `${PROPER_LENGTH[kind]}${read}, but this code has ${code.length}: send all of it, and only it.`;
  }

  if (isIsbn && code.length > ISBN10_LENGTH && !/^0?97[89]\d{10}$/.test(code)) {
    return 'An ISBN of 13 digits starts with 978 or 979: send any other code as upca, ean13 or gtin14.';
  }
  if (/^0+.$/.test(code)) return 'Zeros before the last digit name no item: send the printed code.';
  return null;
}

/** GS1 General Specifications, check digit of a GTIN: from the right, weights 3, 1, 3, 1 ..., modulo 10. */
function computeGs1CheckDigit(body: string): string {
  return computeCheckDigit(body, 10, (place) => (place % 2 === 1 ? 3 : 1));
}

/** ISO 2108:1992, check digit of a ten-digit ISBN: from the right, weights 2, 3, 4 ... 10, modulo 11. */
function computeIsbn10CheckDigit(body: string): string {
  return computeCheckDigit(body, 11, (place) => place + 1);
}

/** The digit that lifts the weighted sum to a multiple of the modulus; ten is X. Place 1 is at the right. */
function computeCheckDigit(body: string, modulus: number, weigh: (place: number) => number): string {
  let sum = 0;
  for (let place = 1; place <= body.length; place++) sum += weigh(place) * Number(body.at(-place));
  const digit = (modulus - (sum % modulus)) % modulus;
  return digit === 10 ? 'X' : String(digit);
}
