/** The quantity in stock over time, as steps. uPlot is loaded when the first chart is drawn. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { BoardChange } from '../api/change-documents.ts';

/** In CSS pixels. */
const HEIGHT = 160;

export function StepChart({ changes }: { changes: readonly BoardChange[] }) {
  const [isMissing, setIsMissing] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const drawn = draw(box.current, changes).then(
      (chart) => {
        setIsMissing(false);
        return chart;
      },
      () => setIsMissing(true),
    );
    return () => void drawn.then((chart) => chart?.destroy());
  }, [changes]);
  const [newest] = changes;
  const oldest = changes.at(-1);
  const words = `Quantity in stock: ${oldest?.before.quantityInStock} at first, ${newest?.after.quantityInStock} now, ${changes.length} changes`;
  return (
    <>
      <div ref={box} class="chart" role="img" aria-label={words} />
      {/* The gateway of another version does not have this version's file. */}
      {isMissing && <p class="hint">The chart could not be loaded. Reload the page to see it.</p>}
    </>
  );
}

async function draw(box: HTMLDivElement | null, changes: readonly BoardChange[]) {
  const { default: Chart } = await import('uplot');
  const oldest = changes.at(-1);
  if (!box?.isConnected || !oldest) return null;
  const forward = changes.toReversed();
  // In seconds. The first point is the value before the first change.
  const times = [seconds(oldest.changedAt) - 1, ...forward.map(({ changedAt }) => seconds(changedAt))];
  const quantities = [oldest.before.quantityInStock, ...forward.map(({ after }) => after.quantityInStock)];
  times.push(Date.now() / 1_000);
  quantities.push(quantities.at(-1) ?? 0);
  // Computed colours: a canvas cannot read custom properties.
  const { color: line, borderColor: grid, outlineColor: words } = getComputedStyle(box);
  const axis = { stroke: words, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const { stepped } = Chart.paths;
  return new Chart(
    {
      width: box.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      axes: [axis, axis],
      scales: { y: { range: (_chart, _min, max) => [0, Math.max(1, max * 1.1)] } },
      series: [
        {},
        { stroke: line, width: 2, points: { show: false }, ...(stepped && { paths: stepped({ align: 1 }) }) },
      ],
    },
    [times, quantities],
    box,
  );
}

function seconds(time: string): number {
  return Date.parse(time) / 1_000;
}
