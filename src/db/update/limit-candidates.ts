/** Bounds the candidates that the refusals of one call list: thousands of rows may name codes that many SKUs share. */
import type { RowResult } from '../../domain/update.ts';
import { MAX_CALL_CANDIDATES } from '../../domain/refusal.ts';

/** The results; rows past the bound list no candidates any more, but say how many there are. */
export function limitCandidates(results: readonly RowResult[]): readonly RowResult[] {
  let count = 0;
  return results.map((result) => {
    if (result.outcome !== 'REJECTED' || !('candidates' in result.refusal)) return result;
    count += result.refusal.candidates.length;
    return count <= MAX_CALL_CANDIDATES
      ? result
      : { outcome: 'REJECTED', refusal: { ...result.refusal, candidates: [] } };
  });
}
