/** One group of changes: a file, a paste, a call, an undo, or a single change. */
import { useState } from 'preact/hooks';
import { groupChangesQuery, type BoardChange, type ChangeGroup } from '../api/change-documents.ts';
import { send } from '../api/graphql.ts';
import { Reason, showSteps, Time } from '../parts/changes.tsx';
import { MAX_UNDONE, undoInDetail } from '../edit/undo.ts';
import { webhookDialog } from '../edit/webhooks.ts';
import { notify } from '../state/notices.ts';
import { sources } from '../state/sources.ts';
import { untilReachable } from '../state/reachable.ts';
import { webhooks } from '../state/webhooks.ts';

/** Changes that a group lists when it is opened. */
const MAX_LISTED = 100;

export function GroupItem({ group, mayEdit }: { group: ChangeGroup; mayEdit: boolean }) {
  const { groupId, changeCount, changeCountIsAtLeast, source, actor, lastChangedAt } = group;
  const [first] = group.changes.nodes;
  const count = `${changeCountIsAtLeast.toLocaleString()}${changeCount === null ? ' or more' : ''} changes`;
  const isSingle = changeCount === 1 && first !== undefined;
  const what = isSingle || groupId === null ? first && `${first.skuId}: ${showSteps(first)}` : count;
  return (
    <li>
      <strong>{[what, group.feed?.filename].filter(Boolean).join(' · ')}</strong>
      <span class="hint">
        <Time time={lastChangedAt} />
        {`, ${actor}, ${sources[source]}`}
      </span>
      <span>
        <Reason reason={group.reason} uri={group.referenceDocumentUri} />
      </span>
      <span class="actions">
        {groupId !== null && !isSingle && <GroupChanges groupId={groupId} />}
        {mayEdit && <UndoGroup group={group} />}
        {first?.id != null && webhooks.value?.length ? <SendAgain what={what ?? ''} first={first} /> : null}
      </span>
    </li>
  );
}

function UndoGroup({ group: { groupId, changeCountIsAtLeast, changes } }: { group: ChangeGroup }) {
  const isTooLarge = changeCountIsAtLeast > MAX_UNDONE;
  const explanation = `More than ${MAX_UNDONE.toLocaleString()} changes: ask the gateway's operator, who undoes them with "stockgate import undo ${groupId}".`;
  const undo = () => {
    const id = changes.nodes[0]?.id;
    if (groupId !== null) void undoInDetail({ groupId });
    else if (id != null) void undoInDetail({ changeIds: [id] });
  };
  return (
    <button type="button" disabled={isTooLarge} title={isTooLarge ? explanation : undefined} onClick={undo}>
      {groupId !== null ? 'Undo group' : 'Undo this'}
    </button>
  );
}

/** Tells a webhook of the group again, and of all that came after its first change. */
function SendAgain({ what, first: { id, changedAt } }: { what: string; first: BoardChange }) {
  const ask = () => {
    if (id === null) return;
    webhookDialog.value = {
      kind: 'replay',
      place: { fromChangeId: id, what, time: changedAt },
      endpointId: null,
    };
  };
  return (
    <button type="button" onClick={ask}>
      Send again from here
    </button>
  );
}

/** The changes of the group, read when they are asked for. */
function GroupChanges({ groupId }: { groupId: string }) {
  const [changes, setChanges] = useState<readonly BoardChange[] | null>(null);
  const toggle = async () => {
    if (changes) return setChanges(null);
    try {
      const answer = await untilReachable(() => send(groupChangesQuery, { groupId }));
      setChanges(answer.inventoryChanges.nodes);
    } catch (error) {
      notify({ text: error instanceof Error ? error.message : String(error), isFault: true });
    }
  };
  return (
    <>
      <button type="button" aria-expanded={changes !== null} onClick={() => void toggle()}>
        {changes ? 'Hide changes' : 'Show changes'}
      </button>
      {changes && (
        <table>
          <tbody>
            {changes.slice(0, MAX_LISTED).map((change) => (
              <tr key={change.id}>
                <td>{change.skuId}</td>
                <td>{showSteps(change)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
