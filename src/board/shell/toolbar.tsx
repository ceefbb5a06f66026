/** Search, filters, the reason of changes, and what acts on many SKUs. */
import { useState } from 'preact/hooks';
import { BringIn } from '../import/bring-in.tsx';
import { MAX_REASON_LENGTH, reason } from '../edit/reason.ts';
import { isCounted, rowCount } from '../state/sku-pages.ts';
import {
  availabilities,
  changeView,
  clearFilters,
  isFiltered,
  MAX_SEARCH_LENGTH,
  readQuantity,
  restrictions,
  view,
  type Availability,
  type Restriction,
} from '../state/view.ts';

export function Toolbar({ mayEdit }: { mayEdit: boolean }) {
  const { search, minInStock, maxInStock, availability, restriction } = view.value;
  return (
    <div class="toolbar" role="group" aria-label="Filters">
      <input
        type="search"
        aria-label="Search"
        placeholder="Search SKU or title"
        maxLength={MAX_SEARCH_LENGTH}
        value={search}
        onInput={({ currentTarget: { value } }) => changeView({ search: value })}
      />
      <Choice
        label="Availability"
        words={availabilities}
        chosen={availability}
        onChoose={(chosen) => changeView({ availability: chosen as Availability | null })}
      />
      <Choice
        label="Restriction"
        words={restrictions}
        chosen={restriction}
        onChoose={(chosen) => changeView({ restriction: chosen as Restriction | null })}
      />
      <Quantity
        label="In stock from"
        value={minInStock}
        onChange={(min) => changeView({ minInStock: min })}
      />
      <Quantity label="to" value={maxInStock} onChange={(max) => changeView({ maxInStock: max })} />
      <BringIn />
      <span class="line">
        <span class="count">{showCount(rowCount.value, isCounted.value)}</span>
        {isFiltered.value && (
          <button type="button" onClick={clearFilters}>
            Clear filters
          </button>
        )}
        {mayEdit && <Reason />}
      </span>
    </div>
  );
}

function showCount(count: number | null, isAll: boolean): string {
  if (count === null) return '';
  return count === 1 ? '1 SKU' : `${count.toLocaleString()}${isAll ? '' : ' or more'} SKUs`;
}

function Reason() {
  return (
    <label class="reason">
      Reason for your changes
      <input
        value={reason.value}
        maxLength={MAX_REASON_LENGTH}
        placeholder="optional"
        onInput={({ currentTarget: { value } }) => {
          reason.value = value.replaceAll(/[\r\n]+/g, ' ');
        }}
      />
    </label>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly words: Readonly<Record<string, string>>;
  readonly chosen: string | null;
  readonly onChoose: (chosen: string | null) => void;
}

function Choice({ label, words, chosen, onChoose }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={chosen ?? ''}
      onChange={({ currentTarget: { value } }) => onChoose(value === '' ? null : value)}
    >
      <option value="">{`${label}: all`}</option>
      {Object.entries(words).map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  );
}

interface QuantityProps {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

function Quantity({ label, value, onChange }: QuantityProps) {
  // What is typed stays in the field while it is no quantity yet.
  const [text, setText] = useState(value === null ? '' : String(value));
  const shown = readQuantity(text) === value ? text : value === null ? '' : String(value);
  return (
    <label>
      {label}
      <input
        class="quantity"
        inputMode="numeric"
        value={shown}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          onChange(readQuantity(currentTarget.value));
        }}
      />
    </label>
  );
}
