/** Why the user makes changes: sent with each of them, and remembered by this browser. */
import { effect, signal } from '@preact/signals';

const STORED_AS = 'stockgate.reason';
/** The gateway's limit. */
export const MAX_REASON_LENGTH = 500;

export const reason = signal(readStored());

export function rememberReason(): void {
  effect(() => {
    try {
      localStorage.setItem(STORED_AS, reason.value);
    } catch {
      // A browser that keeps nothing forgets the reason with the page.
    }
  });
}

function readStored(): string {
  try {
    return localStorage.getItem(STORED_AS) ?? '';
  } catch {
    return '';
  }
}
