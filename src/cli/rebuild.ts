import type { Command } from 'commander';
import { cancelOperation, operate, type OperateDeps } from './operate.js';
import type { ExitCode, Finish } from './verb.js';

interface RebuildFlags {
  readonly accept?: true;
  readonly undo?: true;
  readonly cancel?: true;
  readonly json?: true;
}

/** `parley rebuild`. @param finish told the exit code */
export function addRebuild(program: Command, deps: OperateDeps, finish: Finish): void {
  program
    .command('rebuild')
    .description('fold the read models anew from the log, compare them with what is served, and put them in its place')
    .option('--accept', 'put them in place also where they differ')
    .option('--undo', 'put the read models back that were served before the last exchange (kept for a day)')
    .option('--cancel', 'end the one that is under way; with --undo, the putting back')
    .option('--json', 'print what it came to as JSON')
    .action(async (flags: RebuildFlags) => finish(await run(deps, flags)));
}

async function run(deps: OperateDeps, { accept, undo, cancel, json }: RebuildFlags): Promise<ExitCode> {
  const kind = undo ? 'restore-read-models' : 'rebuild';
  if (cancel) return cancelOperation(deps, kind);
  const common = { kind, role: 'projector', isJson: json === true } as const;
  if (undo) return operate(deps, { ...common, verb: 'rebuild --undo', arguments: {}, tell: tellRestored });
  return operate(deps, { ...common, arguments: { accept: accept === true }, tell: tellRebuilt, isWell });
}

type Result = Readonly<Record<string, unknown>>;

/** What differed and was not accepted is a failure: nothing was changed, and somebody must decide. */
const isWell = (result: Result): boolean => result['isExchanged'] === true;

/** What was folded anew, in words; the rows that differ by table and key. */
export function tellRebuilt(result: Result): string {
  const count = Number(result['differenceCount']);
  const rows = Array.isArray(result['differences']) ? result['differences'].map(lineOf) : [];
  const seconds = (Number(result['foldedInMs']) / 1_000).toFixed(1);
  return [
    `Folded ${Number(result['events']).toLocaleString('en')} events in ${seconds} s.`,
    ...(count === 0 ? ['The read models that were served are the same.'] : differing(count, rows)),
    isWell(result)
      ? `They are in place. For ${String(result['previousKeptHours'])} hours \`parley rebuild --undo\` brings the old ones back.`
      : 'Nothing was changed. `parley rebuild --accept` puts them in place as they are.',
  ].join('\n');
}

const differing = (count: number, rows: readonly string[]): readonly string[] => [
  `${count.toLocaleString('en')} ${count === 1 ? 'row differs' : 'rows differ'}:`,
  ...rows.map((row) => `  ${row}`),
  ...(count > rows.length ? [`  … and ${(count - rows.length).toLocaleString('en')} more`] : []),
];

const KINDS: Readonly<Record<string, string>> = {
  missing: 'was missing',
  unfounded: 'is in no event',
};

/** `messages id=0190…: status, status_at` */
function lineOf(difference: unknown): string {
  const { table, key, kind, columns } = Object(difference) as Record<string, unknown>;
  const place = Object.entries(Object(key) as Record<string, unknown>)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
  const what = KINDS[String(kind)] ?? (Array.isArray(columns) ? columns.join(', ') : '');
  return `${String(table)} ${place}: ${what}`;
}

const tellRestored = (result: Result): string =>
  `The read models that were served until ${String(result['servedUntil'])} are in place again. \`parley rebuild --undo\` undoes it for a day.`;
