/** The page Activity: everything as it happens, by group, with filters and undo. */
import { useEffect } from 'preact/hooks';
import { onChanges } from '../live/live.ts';
import {
  activity,
  activityFault,
  activityFilter,
  allActivity,
  followActivity,
  keyOfGroup,
  readNewActivity,
  readOlderActivity,
  readTime,
  writeActivityAddress,
  type ActivityFilter,
} from '../state/activity.ts';
import { notify } from '../state/notices.ts';
import { sources } from '../state/sources.ts';
import { GroupItem } from './group-item.tsx';

export function ActivityPage({ mayEdit }: { mayEdit: boolean }) {
  useEffect(followActivity, []);
  useEffect(() => onChanges(readNewActivity), []);
  const read = activity.value;
  return (
    <>
      <Filters />
      <div class="scrolls-page">
        {activityFault.value !== null && (
          <p class="fault" role="alert">
            {activityFault.value}
          </p>
        )}
        {read?.groups.items.length === 0 && <Nothing />}
        <ol class="changes" aria-label="Activity">
          {read?.groups.items.map((group) => (
            <GroupItem key={keyOfGroup(group)} group={group} mayEdit={mayEdit} />
          ))}
        </ol>
        {read?.groups.after && (
          <button type="button" onClick={() => void readOlderActivity()}>
            Older
          </button>
        )}
      </div>
    </>
  );
}

function Nothing() {
  const isFiltered = writeActivityAddress(activityFilter.value) !== '';
  const clear = () => {
    activityFilter.value = allActivity;
  };
  return (
    <p class="empty">
      {isFiltered ? 'No change matches.' : 'Nothing has changed yet.'}
      {isFiltered && (
        <button type="button" onClick={clear}>
          Clear filters
        </button>
      )}
    </p>
  );
}

function Filters() {
  const { source, actor, from, to } = activityFilter.value;
  const set = (change: Partial<ActivityFilter>) => {
    activityFilter.value = { ...activityFilter.value, ...change };
  };
  return (
    <div class="toolbar" role="group" aria-label="Filters">
      <select
        aria-label="Source"
        value={source ?? ''}
        onChange={({ currentTarget: { value } }) =>
          set({ source: (value || null) as ActivityFilter['source'] })
        }
      >
        <option value="">Source: all</option>
        {Object.entries(sources).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
      <input
        type="search"
        aria-label="By whom"
        placeholder="By whom"
        value={actor}
        onChange={({ currentTarget: { value } }) => set({ actor: value })}
      />
      <Moment label="From" time={from} onChange={(time) => set({ from: time })} />
      <Moment label="to" time={to} onChange={(time) => set({ to: time })} />
    </div>
  );
}

interface MomentProps {
  readonly label: string;
  readonly time: string | null;
  readonly onChange: (time: string | null) => void;
}

/** A moment of the user's own clock; the gateway gets it in UTC. */
function Moment({ label, time, onChange }: MomentProps) {
  const read = (value: string) => {
    const given = value === '' ? null : readTime(value);
    if (given === undefined)
      notify({ text: 'There is no such date. Give a year of four digits.', isFault: true });
    else onChange(given);
  };
  return (
    <label>
      {label}
      <input
        type="datetime-local"
        value={time === null ? '' : toLocal(new Date(time))}
        max="9999-12-31T23:59"
        onChange={({ currentTarget: { value } }) => read(value)}
      />
    </label>
  );
}

/** `2026-11-29T09:30`, as the browser's field has it. */
function toLocal(time: Date): string {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
