/** Dry runs: decided in the caller's thread from what is stored, so that no writer waits for them. */
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { createApplyRequests } from './apply-updates.ts';
import type { Store } from '../store/store.ts';

/** Tells what the request would do. Throws UnavailableError where the store cannot be read. */
export function createDryRun(
  store: Store,
  clock: () => Date,
): (request: UpdateRequest) => Promise<UpdateAnswer> {
  const applyRequests = createApplyRequests(store, { lock: false });
  return async (request) => {
    const [answer] = await applyRequests(store.points, [request], clock().toISOString());
    if (answer === undefined || answer instanceof Error)
      throw answer ?? new Error('A dry run has no answer.');
    return answer;
  };
}
