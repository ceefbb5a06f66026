/** Whether the user types into a field. Nothing may take the focus then. */
import { signal } from '@preact/signals';

export const isTyping = signal(false);

/** Follows the focus from now on. */
export function followTyping(): () => void {
  const note = () => {
    const { activeElement } = document;
    isTyping.value =
      activeElement?.matches('input, select, textarea') === true && !activeElement.closest('dialog');
  };
  // The focus has moved on when `focusout` is over.
  const noteSoon = () => queueMicrotask(note);
  document.addEventListener('focusin', note);
  document.addEventListener('focusout', noteSoon);
  return () => {
    document.removeEventListener('focusin', note);
    document.removeEventListener('focusout', noteSoon);
  };
}
