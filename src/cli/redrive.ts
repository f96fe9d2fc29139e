import { InvalidArgumentError, type Command } from 'commander';
import { requireMigrated } from '../database/migrations.js';
import { TOPICS, type Topic } from '../events/log/event-log.js';
import {
  DEAD_LETTER_CONSUMERS,
  findDeadLetters,
  type DeadLetter,
  type DeadLetterConsumer,
} from '../events/workers/redrive/dead-letter-rows.js';
import type { RedriveArguments } from '../events/workers/redrive/redrive.js';
import { jsonLine, printable, table } from '../printable.js';
import { cancelOperation, operate, type OperateDeps } from './operate.js';
import { EXIT, UsageError, type AddVerb, type ExitCode } from './verb.js';
import { withDatabase } from './with-database.js';

interface Flags {
  readonly consumer?: DeadLetterConsumer;
  readonly topic?: Topic;
  readonly partition?: number;
  readonly offset?: bigint;
  readonly list?: true;
  readonly forget?: true;
  readonly cancel?: true;
  readonly json?: true;
}

export const addRedrive: AddVerb<OperateDeps> = (program, deps, finish) => {
  describe(program.command('redrive')).action(async (flags: Flags) => finish(await run(deps, flags)));
};

const describe = (verb: Command): Command =>
  verb
    .description('give dead letters again to the consumers that could not take them')
    .option('--list', 'show them, and change nothing')
    .option('--consumer <name>', `only those of ${DEAD_LETTER_CONSUMERS.join(', ')}`, oneOf(DEAD_LETTER_CONSUMERS))
    .option('--topic <name>', `only those of ${TOPICS.join(' or ')}`, oneOf(TOPICS))
    .option('--partition <number>', 'only those of this partition', toPartition)
    .option('--offset <number>', 'only the one at this offset; needs --partition', toOffset)
    .option('--forget', 'drop those whose record the log no longer has')
    .option('--cancel', 'end the one that is under way')
    .option('--json', 'print as JSON; with --list one object a line');

/** @throws InvalidArgumentError which ends the process with the usage; so do all of these */
const oneOf =
  <Name extends string>(names: readonly Name[]) =>
  (text: string): Name => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`There are ${names.join(', ')}.`);
  };

function toPartition(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A partition is a number from 0.');
}

function toOffset(text: string): bigint {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('An offset is a number from 0.');
}

async function run(deps: OperateDeps, flags: Flags): Promise<ExitCode> {
  const { consumer, topic, partition, offset, list, forget, cancel, json } = flags;
  if (offset !== undefined && partition === undefined) throw new UsageError('--offset needs --partition.');
  if (cancel) return cancelOperation(deps, 'redrive');
  if (list) return show(deps, flags);
  const given: RedriveArguments = {
    ...(consumer && { consumer }),
    ...(topic && { topic }),
    ...(partition !== undefined && { partition }),
    ...(offset !== undefined && { offset: offset.toString() }),
    isForgetting: forget === true,
  };
  return operate(deps, {
    ...{ kind: 'redrive', role: 'interpreter', arguments: given, isJson: json === true },
    ...{ tell: tellRedriven, isWell: isWell },
  });
}

const PAGE = 500;

/** As many as there are, page by page. */
function show({ output, errors }: OperateDeps, { json, ...filter }: Flags): Promise<ExitCode> {
  return withDatabase(errors, async ({ database }) => {
    await requireMigrated(database.pool);
    let after: DeadLetter | undefined;
    let count = 0;
    for (;;) {
      const page = await findDeadLetters(database.orm, filter, { after, limit: PAGE });
      if (json) for (const letter of page) output.write(jsonLine({ ...letter, offset: letter.offset.toString() }));
      else if (page.length > 0) output.write(table(page.map(cellsOf)));
      count += page.length;
      after = page.at(-1);
      if (page.length < PAGE) break;
    }
    if (count === 0 && !json) output.write('There are no dead letters.\n');
    return EXIT.ok;
  });
}

const cellsOf = ({ consumer, topic, partition, offset, reason, recordedAt }: DeadLetter): readonly string[] => [
  ...[recordedAt, consumer, topic, `${partition}/${offset}`, printable(reason)],
];

type Result = Readonly<Record<string, unknown>>;

/** Whatever stays is somebody's to look at. */
const isWell = (result: Result): boolean => ['refused', 'rebuildNeeded', 'gone'].every((name) => result[name] === 0);

/** What became of the letters, in words; those that stay by their place. */
export function tellRedriven(result: Result): string {
  const count = (name: string) => Number(result[name] ?? 0);
  const stayed = Array.isArray(result['stayed']) ? (result['stayed'] as readonly Result[]) : [];
  const told = stayed.map((one) => {
    const place = [one['consumer'], one['topic'], `${String(one['partition'])}/${String(one['offset'])}`];
    return `  ${place.map(String).join(' ')}: ${printable(String(one['reason']))}`;
  });
  const all = count('refused') + count('rebuildNeeded') + count('gone');
  return [
    `${count('taken')} taken${count('forgotten') > 0 ? `, ${count('forgotten')} forgotten` : ''}, ${all} stay.`,
    ...told,
    ...(all > told.length ? [`  … and ${all - told.length} more`] : []),
    ...(count('rebuildNeeded') > 0 ? ['Run `parley rebuild`, and then this again.'] : []),
    ...(count('gone') > 0 ? ['`--forget` drops those whose record the log no longer has.'] : []),
  ].join('\n');
}
