/** Bounds the candidates that the refusals of one call list: thousands of rows may name codes that many SKUs share. */
import { MAX_CALL_CANDIDATES, type Refusal } from './refusal.ts';
import type { RowResult } from './update.ts';

/** The results. Once they have listed MAX_CALL_CANDIDATES, later rows list none but still say how many there are. */
export function limitCandidates(results: readonly RowResult[]): readonly RowResult[] {
  let listed = 0;
  const limit = (refusal: Refusal): Refusal => {
    switch (refusal.problem) {
      case 'AMBIGUOUS_IDENTIFIER':
        listed += refusal.candidates.length;
        return listed <= MAX_CALL_CANDIDATES ? refusal : { ...refusal, candidates: [] };
      case 'CHANGE_NOT_FOUND':
      case 'IDEMPOTENCY_KEY_REUSED':
      case 'BAD_USER_INPUT':
      case 'INVALID_IDENTIFIER':
      case 'SKU_NOT_FOUND':
      case 'PRECONDITION_FAILED':
      case 'QUANTITY_BELOW_ZERO':
      case 'QUANTITY_TOO_LARGE':
      case 'ROLLED_BACK':
        return refusal;
    }
  };
  return results.map((result) =>
    result.outcome === 'REJECTED' ? { outcome: 'REJECTED', refusal: limit(result.refusal) } : result,
  );
}
