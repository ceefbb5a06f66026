/** The form of a new webhook, and of one that is changed. */
import { useState } from 'preact/hooks';
import type { Webhook } from '../api/webhook-documents.ts';
import {
  changeWebhook,
  closeWebhookDialog,
  createWebhook,
  type FormFault,
  type WebhookFields,
} from '../edit/webhooks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { sources, type Source } from '../state/sources.ts';
import { FaultText, Field } from './form-field.tsx';

/** The fields as they are typed. */
interface Draft {
  readonly url: string;
  /** One a line. */
  readonly skuIds: string;
  readonly actors: string;
  readonly sources: readonly Source[];
}

export function WebhookForm({ webhook }: { webhook: Webhook | null }) {
  const [draft, setDraft] = useState(() => draftOf(webhook));
  const [fault, setFault] = useState<FormFault | null>(null);
  const [isBusy, setBusy] = useState(false);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFault(await save(webhook, draft));
    setBusy(false);
  };
  return (
    <Dialog title={webhook ? 'Edit webhook' : 'Add webhook'} onClose={closeWebhookDialog}>
      <form class="webhook-form" onSubmit={(event) => void submit(event)}>
        <Field label="URL of the program that is told" fault={faultOf('url', fault)}>
          {(marks) => (
            <input
              {...marks}
              inputMode="url"
              autocomplete="off"
              spellcheck={false}
              placeholder="https://shop.example.com/stock"
              value={draft.url}
              onInput={({ currentTarget: { value } }) => set({ url: value })}
            />
          )}
        </Field>
        <Conditions draft={draft} set={set} fault={fault} />
        {fault !== null && !marked.has(fault.field) && <FaultText text={fault.text} />}
        <footer>
          <button type="button" onClick={closeWebhookDialog}>
            Cancel
          </button>
          <button type="submit" class="main" disabled={isBusy}>
            {webhook ? 'Save' : 'Add'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** The fields that show their fault themselves. */
const marked: ReadonlySet<string> = new Set(['url', 'skuIds', 'actors']);

/** What the field is refused for; null if it is not. */
function faultOf(field: string, fault: FormFault | null): string | null {
  return fault?.field === field ? fault.text : null;
}

interface ConditionsProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
  readonly fault: FormFault | null;
}

function Conditions({ draft, set, fault }: ConditionsProps) {
  return (
    <>
      <p class="hint">It is told of all changes, unless you name some:</p>
      <Lines
        label="Only of these SKUs, one a line"
        value={draft.skuIds}
        fault={faultOf('skuIds', fault)}
        onChange={(skuIds) => set({ skuIds })}
      />
      <Sources chosen={draft.sources} onChange={(chosen) => set({ sources: chosen })} />
      <Lines
        label="Only made by these tokens, one name a line"
        value={draft.actors}
        fault={faultOf('actors', fault)}
        onChange={(actors) => set({ actors })}
      />
    </>
  );
}

interface LinesProps {
  readonly label: string;
  readonly value: string;
  readonly fault: string | null;
  readonly onChange: (value: string) => void;
}

function Lines({ label, value, fault, onChange }: LinesProps) {
  return (
    <Field label={label} fault={fault}>
      {(marks) => (
        <textarea
          {...marks}
          rows={2}
          spellcheck={false}
          value={value}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface SourcesProps {
  readonly chosen: readonly Source[];
  readonly onChange: (chosen: readonly Source[]) => void;
}

function Sources({ chosen, onChange }: SourcesProps) {
  const names = Object.keys(sources) as Source[];
  return (
    <fieldset>
      <legend>Only by way of</legend>
      {names.map((name) => (
        <label key={name} class="choice">
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(names.filter((other) => (other === name ? checked : chosen.includes(other))))
            }
          />
          {sources[name]}
        </label>
      ))}
    </fieldset>
  );
}

function draftOf(webhook: Webhook | null): Draft {
  const { skuIds, actors, sources: from } = webhook?.filter ?? {};
  return {
    url: webhook?.url ?? '',
    skuIds: skuIds?.join('\n') ?? '',
    actors: actors?.join('\n') ?? '',
    sources: from ?? [],
  };
}

function save(webhook: Webhook | null, draft: Draft): Promise<FormFault | null> {
  const fields = fieldsOf(draft);
  if (!webhook) return createWebhook(fields);
  const before = fieldsOf(draftOf(webhook));
  const isSame = (name: keyof WebhookFields) => JSON.stringify(fields[name]) === JSON.stringify(before[name]);
  // A new filter begins new messages, and a new URL is tried at once: what is as it was is left out.
  return changeWebhook(webhook, {
    ...(!isSame('url') && { url: fields.url }),
    ...(!isSame('filter') && { filter: fields.filter }),
  });
}

function fieldsOf({ url, skuIds, actors, sources: from }: Draft): WebhookFields {
  return {
    url: url.trim(),
    filter: {
      ...listOf('skuIds', readLines(skuIds)),
      ...listOf('sources', [...from]),
      ...listOf('actors', readLines(actors)),
    },
  };
}

/** An empty field is no condition. An empty list would let nothing through. */
function listOf<Name extends string, Value>(name: Name, values: Value[]) {
  return (values.length > 0 ? { [name]: values } : {}) as Partial<Record<Name, Value[]>>;
}

function readLines(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
