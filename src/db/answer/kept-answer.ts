/** An answer as its idempotency key keeps it: the codec's text where that is short, else compressed. */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { RowResult, UpdateAnswer } from '../../domain/update.ts';
import { readAnswer, writeAnswer } from './answer-codec.ts';

/**
 * Shorter texts stay as they are: a single row's answer has some 250 bytes and fits its page of the table, and compressing it takes
 * the writer 30 microseconds.
 */
const MIN_COMPRESSED_BYTES = 1_024;
/** Comes before what is compressed; no JSON text begins with it. */
const COMPRESSED = 1;
/** Brotli's quality 1 takes a fifth of deflate's time and leaves half of its bytes; from quality 3 on it takes ten times as long. */
const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };

export function packAnswer(answer: UpdateAnswer): Buffer {
  const text = Buffer.from(writeAnswer(answer));
  if (text.length < MIN_COMPRESSED_BYTES) return text;
  return Buffer.concat([Buffer.of(COMPRESSED), brotliCompressSync(text, { params })]);
}

/** Reads what `packAnswer` made, and what versions before migration 0004 kept: the answer itself as JSON. */
export function unpackAnswer(packed: Buffer): UpdateAnswer {
  const isCompressed = packed[0] === COMPRESSED;
  const parsed: unknown = JSON.parse(
    (isCompressed ? brotliDecompressSync(packed.subarray(1)) : packed).toString(),
  );
  // An object is an answer as an earlier version kept it; nobody else writes here.
  return Array.isArray(parsed) ? readAnswer(parsed) : completeAnswer(parsed as UpdateAnswer);
}

/** Earlier versions listed all candidates of a shared code, and did not count them. */
function completeAnswer(answer: UpdateAnswer): UpdateAnswer {
  const completed = (result: RowResult): RowResult => {
    if (result.outcome !== 'REJECTED' || result.refusal.problem !== 'AMBIGUOUS_IDENTIFIER') return result;
    const candidateCount = result.refusal.candidates.length;
    return { ...result, refusal: { ...result.refusal, candidateCount } };
  };
  return { ...answer, results: answer.results.map(completed) };
}
