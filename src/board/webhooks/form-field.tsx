/** A field of a form, with the reason why it is refused beside it. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

/** An option of a command is in one piece, so that nobody reads its hyphen as that of a line's end. */
export function FaultText({ id, text }: { id?: string; text: string }) {
  return (
    <p class="fault" role="alert" id={id}>
      {text
        .split(/(--[\w-]+)/)
        .map((part, i) => (i % 2 === 0 ? part : <span class="option-name">{part}</span>))}
    </p>
  );
}

interface FieldMarks {
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby'?: string;
}

interface FieldProps {
  readonly label: string;
  /** Null: none. */
  readonly fault: string | null;
  readonly children: (marks: FieldMarks) => JSX.Element;
}

/** The fault is outside of the label: it describes the field, and is no part of its name. */
export function Field({ label, fault, children }: FieldProps) {
  const id = useId();
  const isFault = fault !== null;
  return (
    <div>
      <label>
        {label}
        {children({ 'aria-invalid': isFault, ...(isFault && { 'aria-describedby': id }) })}
      </label>
      {isFault && <FaultText id={id} text={fault} />}
    </div>
  );
}
