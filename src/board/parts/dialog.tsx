/** A modal dialog: the browser keeps the focus in it, and gives it back. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  /** Called when the user leaves it with Escape or its Close button. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

export function Dialog({ title, onClose, children, onKeyDown }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // No button has the focus: a key that was meant for the page presses none.
    dialog.current?.focus();
    return () => {
      // What opened it may be gone, such as a cell's editor: the keyboard then goes on in the grid.
      const cell = document.querySelector<HTMLElement>('[role=gridcell][tabindex="0"]');
      if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus();
      else cell?.focus();
    };
  }, []);
  useEffect(() => {
    // A step of the dialog that is gone took the focus with it.
    if (document.activeElement === document.body) dialog.current?.focus();
  });
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={dialog} tabIndex={-1} aria-labelledby={id} onCancel={cancel} onKeyDown={onKeyDown}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={onClose}>
          ×
        </button>
      </header>
      {children}
    </dialog>
  );
}
