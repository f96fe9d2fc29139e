import type { Target } from './compared-path.js';
import { figuresOf, judge, type Comparison } from './figures.js';
import { IDLE_HEADINGS, IDLE_RSS_MAX_MIB, idleRow, meetsIdle } from './idle/readings.js';
import { boundOf, rowsOf, type Report } from './report.js';

/** `docs/performance.md`, as prettier would leave it: the same figures make the same page. */
export function pageOf(report: Report): string {
  return [
    '# Performance',
    GENERATED,
    introductionOf(report),
    '## What is judged',
    tableOf(JUDGED_HEADINGS, report.paths.filter(isJudged).map(judgedRow), [2, 3, 4]),
    HOW_TO_READ,
    '## What each path is',
    report.paths.map(({ path }) => `- \`${path.name}\`: ${path.operation}.`).join('\n'),
    '## Everything that was measured',
    tableOf(ALL_HEADINGS, report.paths.flatMap(rowsOf).map(firstFive), [2, 3, 4]),
    ...idleOf(report),
    ...memoryOf(report),
  ]
    .join('\n\n')
    .concat('\n');
}

const GENERATED =
  'Written by `npm run bench -- --write` from `performance.json`; not by hand. How it is measured, and why so:\n' +
  '[0011](decisions/0011-figures-of-the-log.md).';

function introductionOf({ node, cpus, loadBefore, isFull, rounds, roundMs }: Report): string {
  const length = isFull ? 'a full run' : 'a short run';
  const schedule = `${rounds} interleaved rounds of ${roundMs / 1_000} s a side`;
  return (
    `This is ${length} on Node ${node.replace(/^v/, '')} and ${cpus} CPUs, with a load average of\n` +
    `${loadBefore.toFixed(1)} before it began: ${schedule}, of which the median counts.` +
    (loadBefore > cpus / 2 ? BUSY : '')
  );
}

/** Others' work stretches CPU time too, by cold code and cold caches, and latencies most. */
const BUSY =
  '\n**The machine was busy with other work**: what is missed here may be met on a quiet one, and nothing of it is a verdict.';

const HOW_TO_READ =
  'The ratio says how good ours is where CPU or throughput is judged (floor ÷ ours, ours ÷ floor: more is better), and how\n' +
  'much slower it is where latency is (ours ÷ floor: less is better). Both sides of a row ran in turns in the same minute;\n' +
  'figures of different runs or machines say nothing beside each other.';

const isJudged = ({ path }: Comparison): boolean => path.target.figure !== 'none';

const JUDGED_HEADINGS = ['Path', 'Judged', 'Ours', 'Floor', 'Ratio', 'Asked', 'Met'];
const ALL_HEADINGS = ['Path', 'Figure', 'Ours', 'Floor', 'Ratio'];

function judgedRow(comparison: Comparison): readonly string[] {
  const { path, rounds } = comparison;
  const verdict = judge(path.target, figuresOf(rounds.ours), figuresOf(rounds.floor));
  const [, name = '', ours = '', floor = ''] = rowsOf(comparison)[PLACES[path.target.figure]] ?? [];
  const ratio = verdict?.ratio.toFixed(2) ?? '';
  return [`\`${path.name}\``, name, ours, floor, ratio, boundOf(path.target), verdict?.isMet ? 'yes' : '**no**'];
}

/** Of the judged figure among the rows of a path. */
const PLACES: Readonly<Record<Target['figure'], number>> = { cpu: 0, throughput: 1, latency: 2, none: 3 };

const firstFive = ([name = '', ...rest]: readonly string[]) => [`\`${name}\``, ...rest.slice(0, 4)];

function idleOf({ idle }: Report): readonly string[] {
  if (idle === undefined) return [];
  const verdict = meetsIdle(idle) ? 'which is met' : '**which is missed**';
  const told =
    'What one process of the API takes while nothing happens, itself included, with nobody connected, with 10,000 sockets,\n' +
    `and with a subscription on each. Asked are at most ${IDLE_RSS_MAX_MIB} MiB of RSS, ${verdict}.`;
  const headings = IDLE_HEADINGS.map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`);
  return ['## Idle sockets', told, tableOf(headings, idle.map(idleRow), [0, 1, 2, 3, 4, 5, 6])];
}

function memoryOf({ memory }: Report): readonly string[] {
  if (memory === undefined) return [];
  const rows = memory.map(({ messages, rssMiB, heapMiB, externalMiB }) =>
    [messages, rssMiB, heapMiB, externalMiB].map((figure) => figure.toFixed(0)),
  );
  const told = 'What one default process held after so many messages, sandbox and all.';
  return ['## Memory', told, tableOf(['Messages', 'RSS MiB', 'Heap MiB', 'External MiB'], rows, [0, 1, 2, 3])];
}

/** @param numbers columns that stand right */
function tableOf(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
): string {
  const widths = headings.map((_, column) =>
    Math.max(3, ...[headings, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = (column: number) => numbers.includes(column);
  const padded = (text: string, column: number) =>
    isNumber(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  const line = (cells: readonly string[]) => `| ${cells.map(padded).join(' | ')} |`;
  const rule = widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(headings), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}
