/** What a file would change, or has changed: counts, the first changes, and the rows that are left out. */
import { MAX_PREVIEWED, type FeedReport } from '../../domain/feed.ts';

/** Problems that are listed; the download has all. */
const MAX_LISTED = 100;

export function Counts({ report, isDone }: { report: FeedReport; isDone: boolean }) {
  const { rows, applied, unchanged, stale, rejected, zeroed, unitsBefore, unitsAfter } = report;
  const counts: [name: string, count: number][] = [
    ['Rows', rows],
    [isDone ? 'Changed' : 'Will change', applied],
    ['Same as now', unchanged],
    ['Left out, because what is stored is newer', stale],
    [isDone ? 'Left out as wrong' : 'Wrong, and left out', rejected],
    [isDone ? 'Went to 0 in stock' : 'Go to 0 in stock', zeroed],
  ];
  const shown = counts.filter(([, count], i) => count > 0 || i < 2);
  return (
    <dl class="values">
      {shown.map(([name, count]) => [
        <dt key={name}>{name}</dt>,
        <dd key={`${name} count`}>{count.toLocaleString()}</dd>,
      ])}
      <dt>Units in stock of these SKUs</dt>
      <dd>{`${unitsBefore.toLocaleString()} before, ${unitsAfter.toLocaleString()} after`}</dd>
    </dl>
  );
}

export function PreviewTable({ report: { preview } }: { report: FeedReport }) {
  if (preview.length === 0) return null;
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label="What changes">
      <table>
        <thead>
          <tr>
            <th>SKU</th>
            <th class="number">In stock</th>
            <th class="number">On backorder</th>
            <th>Restriction</th>
          </tr>
        </thead>
        <tbody>
          {preview.map(({ skuId, before, after }) => (
            <tr key={skuId}>
              <td>{skuId}</td>
              <Step from={before.quantityInStock} to={after.quantityInStock} />
              <Step from={before.quantityOnBackorder} to={after.quantityOnBackorder} />
              <Step from={before.restrictions} to={after.restrictions} />
            </tr>
          ))}
        </tbody>
      </table>
      {preview.length === MAX_PREVIEWED && (
        <p class="hint">{`The ${MAX_PREVIEWED} largest changes are shown.`}</p>
      )}
    </div>
  );
}

function Step<Value extends number | string | null>({ from, to }: { from: Value; to: Value }) {
  const kind = typeof to === 'number' ? 'number' : '';
  if (from === to) return <td class={`${kind} hint`}>{from ?? ''}</td>;
  return <td class={kind}>{`${from ?? 'none'} → ${to ?? 'none'}`}</td>;
}

export function Problems({ report: { problems, rejected }, path }: { report: FeedReport; path: string }) {
  if (rejected === 0) return null;
  return (
    <>
      <p>
        {rejected === 1 ? '1 row is wrong. ' : `${rejected.toLocaleString()} rows are wrong. `}
        <a href={path} download>
          Download the rejected rows
        </a>
        {', correct them in that file, and import it.'}
      </p>
      <div class="scrolls" tabIndex={0} role="region" aria-label="Rejected rows">
        <table>
          <thead>
            <tr>
              <th class="number">Line</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            {problems.slice(0, MAX_LISTED).map(({ line, message }) => (
              <tr key={line}>
                <td class="number">{line}</td>
                <td>{message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
