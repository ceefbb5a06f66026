/** Calls for many SKUs that are on their way. */
import { signal } from '@preact/signals';
import { notify } from '../state/notices.ts';

export const pendingCalls = signal(0);

/** Does the work, counts it as on its way, and tells the user if it fails. */
export async function pending(work: () => Promise<void>): Promise<void> {
  pendingCalls.value++;
  try {
    await work();
  } catch (error) {
    notify({ text: error instanceof Error ? error.message : String(error), isFault: true });
  } finally {
    pendingCalls.value--;
  }
}
