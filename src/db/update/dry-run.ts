/** Dry runs. The caller's thread decides them from what is stored, so that they do not delay the writer. */
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { createApplyRequests } from './apply-updates.ts';
import type { Store } from '../store/store.ts';

/** Creates the function that answers a dry run. It stores nothing. It rejects with an UnavailableError if the store cannot be read. */
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
