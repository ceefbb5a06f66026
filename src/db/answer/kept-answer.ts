/** Encodes answers as bytes for the table of idempotency keys. Long texts are compressed. */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { RowResult, UpdateAnswer } from '../../domain/update.ts';
import { asOfBefore } from '../../domain/sku.ts';
import { readAnswer, writeAnswer } from './answer-codec.ts';

/**
 * Texts of fewer bytes are not compressed. The answer to one row has some 250 bytes. Compressing it would save no page of the table,
 * and take the writer 30 microseconds.
 */
const MIN_COMPRESSED_BYTES = 1_024;
/** The first byte of compressed answers. No JSON text begins with it. */
const COMPRESSED = 1;
/** Brotli at quality 1 takes a fifth of deflate's time and gives half as many bytes. From quality 3 on it takes ten times as long. */
const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };

/** The answer as bytes. Throws a RangeError if its text is longer than V8's longest string. */
export function packAnswer(answer: UpdateAnswer): Buffer {
  const text = Buffer.from(writeAnswer(answer));
  if (text.length < MIN_COMPRESSED_BYTES) return text;
  return Buffer.concat([Buffer.of(COMPRESSED), brotliCompressSync(text, { params })]);
}

/**
 * Reads the bytes of `packAnswer`, and of versions before migration 0004, which kept the answer itself as JSON. Throws if the bytes are
 * neither.
 */
export function unpackAnswer(packed: Buffer): UpdateAnswer {
  const isCompressed = packed[0] === COMPRESSED;
  const text = (isCompressed ? brotliDecompressSync(packed.subarray(1)) : packed).toString();
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? readAnswer(parsed) : readOldAnswer(text);
}

/**
 * Reads an answer that a version before migration 0004 kept. Adds `candidateCount`: those versions listed all candidates of a shared code,
 * and kept no count.
 */
function readOldAnswer(text: string): UpdateAnswer {
  // Only the gateway writes this column, so an object is an answer.
  const answer = JSON.parse(text, (_key, value: unknown) => completeState(value)) as UpdateAnswer;
  const completed = (result: RowResult): RowResult => {
    if (result.outcome !== 'REJECTED' || result.refusal.problem !== 'AMBIGUOUS_IDENTIFIER') return result;
    const candidateCount = result.refusal.candidates.length;
    return { ...result, refusal: { ...result.refusal, candidateCount } };
  };
  return { ...answer, results: answer.results.map(completed) };
}

/** Adds what states, SKUs and changes lack in old answers: backorder dates and as-of times. Any other value stays as it is. */
function completeState(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('changedAt' in value) return { asOf: null, ...value };
  if (!('quantityOnBackorder' in value)) return value;
  if (!('version' in value) || !('updatedAt' in value)) return { backorderDate: null, ...value };
  return { backorderDate: null, asOf: asOfBefore(Number(value.version), String(value.updatedAt)), ...value };
}
