/** Draws results.json as an SVG for light and dark mode. `node bench/report/chart.ts` draws the chart again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatNumber, formatTarget, valueOf, type Results, type RowResult } from './table.ts';

const WIDTH = 860;
const ROW_HEIGHT = 40;
const MARGIN = 16;
const HEAD_HEIGHT = 62;
const SECTION_HEIGHT = 40;
const FOOT_HEIGHT = 46;
const BAR_HEIGHT = 12;
/** The longest bar. The rest of the width is for the numbers. */
const BAR_WIDTH = 640;
/** The position of a limit's line, as a share of the longest bar. */
const LIMIT_SHARE = 0.6;

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 17px; font-weight: 600; }
  .section { font-weight: 600; }
  .quiet { font-size: 12px; fill: #59636e; }
  .met { fill: #1a7f37; }
  .missed { fill: #bc4c00; }
  .plain { fill: #59636e; }
  .track { fill: #eff1f3; }
  .target { stroke: #1f2328; stroke-width: 2; }
  .paper { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .quiet { fill: #9198a1; }
    .met { fill: #3fb950; }
    .missed { fill: #f0883e; }
    .plain { fill: #9198a1; }
    .track { fill: #21262d; }
    .target { stroke: #e6edf3; }
    .paper { fill: #0d1117; }
  }`;

/** All ratios share one scale. Each row with a limit has its own, so that the lines of all limits align. */
export function drawChart({ machine, settings, rows }: Results): string {
  const isThroughput = ({ ratio, target }: RowResult) => ratio !== null && !(target && 'atMost' in target);
  const ratios = rows.filter(isThroughput);
  const limits = rows.filter((row) => !isThroughput(row));
  const most = Math.max(1, ...ratios.map((row) => Math.max(valueOf(row), targetOf(row) ?? 0)));
  const parts: string[] = [];
  let y = HEAD_HEIGHT;
  const section = (title: string, members: readonly RowResult[], scale: (row: RowResult) => number) => {
    if (members.length === 0) return;
    parts.push(text(MARGIN, y + SECTION_HEIGHT / 2, title, 'section'));
    y += SECTION_HEIGHT;
    for (const row of members) {
      parts.push(drawRow(row, y, scale(row)));
      y += ROW_HEIGHT;
    }
  };
  section('Throughput, ours : peer (more is better)', ratios, () => BAR_WIDTH / most);
  section('Limits (less is better)', limits, (row) => (BAR_WIDTH * LIMIT_SHARE) / (targetOf(row) ?? 1));
  const height = y + FOOT_HEIGHT;
  const setting = `${settings['connections']} connections, ${settings['rounds']} rounds of ${settings['seconds']} s, medians; every answered update on disk`;
  const foot = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}. One noisy machine: take the ratios.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Stockgate against its peers">
<style>${style}
</style>
<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>
${text(MARGIN, 28, 'Stockgate against its peers', 'title')}
${text(MARGIN, 48, `${setting}. The upright line is the target.`, 'quiet')}
${parts.join('\n')}
${text(MARGIN, y + 26, foot, 'quiet')}
</svg>
`;
}

function drawRow(row: RowResult, y: number, scale: number): string {
  const value = valueOf(row);
  const length = Math.min(BAR_WIDTH, Math.max(1, value * scale));
  const target = targetOf(row);
  const met = row.met === null ? 'plain' : row.met ? 'met' : 'missed';
  const number = row.ratio ? formatNumber(value) : `${formatNumber(value)} ${row.unit}`;
  const label = `${number}${target === null ? '' : `  (${formatTarget(row).replace('>=', '≥').replace('<=', '≤')})`}`;
  const barY = y + 16;
  return [
    text(MARGIN, y + 11, row.name),
    bar('track', barY, BAR_WIDTH),
    bar(met, barY, length),
    target === null ? '' : tick(MARGIN + target * scale, barY),
    text(MARGIN + BAR_WIDTH + 12, barY + BAR_HEIGHT - 2, label),
  ].join('');
}

function targetOf({ target }: RowResult): number | null {
  if (!target) return null;
  return 'atLeast' in target ? target.atLeast : target.atMost;
}

function bar(name: string, y: number, width: number): string {
  return `<rect class="${name}" x="${MARGIN}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`;
}

function tick(x: number, y: number): string {
  return `<line class="target" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${y - 3}" y2="${y + BAR_HEIGHT + 3}"/>`;
}

function text(x: number, y: number, content: string, name = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text${name ? ` class="${name}"` : ''} x="${x}" y="${y}">${escaped}</text>`;
}

if (import.meta.main) {
  const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
  writeFileSync(file('chart.svg'), drawChart(JSON.parse(readFileSync(file('results.json'), 'utf8'))));
}
