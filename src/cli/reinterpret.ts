import { InvalidArgumentError, type Command } from 'commander';
import { PROVIDER_KINDS, type ProviderKind } from '../events/channel/events.js';
import { channelIds } from '../events/kernel/ids.js';
import { parseInstant } from '../events/message/schedule.js';
import type { ReinterpretArguments } from '../events/workers/interpreter/history/reinterpret.js';
import { printable } from '../printable.js';
import { cancelOperation, operate, type OperateDeps } from './operate.js';
import { UsageError, type AddVerb, type ExitCode } from './verb.js';

interface Flags {
  readonly channel?: readonly string[];
  readonly provider?: ProviderKind;
  readonly from?: string;
  readonly to?: string;
  readonly dryRun?: true;
  readonly cancel?: true;
  readonly json?: true;
}

export const addReinterpret: AddVerb<OperateDeps> = (program, deps, finish) => {
  describe(program.command('reinterpret')).action(async (flags: Flags) => finish(await run(deps, flags)));
};

const describe = (verb: Command): Command =>
  verb
    .description("read the webhooks of the past with this build's adapters, and append what the journal lacks")
    .option('--channel <id>', 'only this channel; may be given several times', toChannels)
    .option('--provider <name>', `only this provider: ${PROVIDER_KINDS.join(', ')}`, toProvider)
    .option('--from <time>', 'only what came at this time or later (RFC 3339)', toTime)
    .option('--to <time>', 'only what came before this time (RFC 3339)', toTime)
    .option('--dry-run', 'count what it would do, and change nothing')
    .option('--cancel', 'end the one that is under way')
    .option('--json', 'print what it came to as JSON');

/** @throws InvalidArgumentError which ends the process with the usage; so do all of these */
function toChannels(text: string, before: readonly string[] = []): readonly string[] {
  if (channelIds.parse(text) !== undefined) return [...before, text];
  throw new InvalidArgumentError('A channel id begins with chan_.');
}

function toProvider(text: string): ProviderKind {
  const name = text.toUpperCase().replaceAll('-', '_');
  const found = PROVIDER_KINDS.find((kind) => kind === name);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`There are ${PROVIDER_KINDS.join(', ')}.`);
}

function toTime(text: string): string {
  const time = parseInstant(text);
  if (time !== undefined) return time.toISOString();
  throw new InvalidArgumentError('Write a time as RFC 3339 has it, e.g. 2030-01-31T09:00:00Z.');
}

async function run(deps: OperateDeps, flags: Flags): Promise<ExitCode> {
  const { channel, provider, from, to, dryRun, cancel, json } = flags;
  if (cancel) return cancelOperation(deps, 'reinterpret');
  if (from !== undefined && to !== undefined && from >= to) throw new UsageError('--from must lie before --to.');
  const given: ReinterpretArguments = {
    ...(channel && { channelIds: [...channel] }),
    ...(provider && { provider }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    isDryRun: dryRun === true,
  };
  return operate(deps, {
    ...{ kind: 'reinterpret', role: 'interpreter', besides: ['projector'], arguments: given },
    ...{ isJson: json === true, tell: tellReinterpreted },
  });
}

type Result = Readonly<Record<string, unknown>>;

/** Why something was left as it is, in words. */
const LEFT: Readonly<Record<string, string>> = {
  anotherAddress: 'would have come from another address, which is another conversation',
  contactName: 'would have told another name of a contact',
  notUnderstood: 'are not understood by this build either',
  reaction: 'would have become a reaction, or would have been one',
  sealed: 'were sealed',
  waiting: 'are receipts whose message may still be recorded: ask again later',
};

/** What was found in history, in words: counts by channel and type. */
export function tellReinterpreted(result: Result): string {
  const webhooks = recordOf(result['webhooks']);
  const lines = Array.isArray(result['events']) ? result['events'].map(recordOf) : [];
  const left = Object.entries(recordOf(result['left']));
  const unread = Number(result['unread'] ?? 0);
  return [
    `${count(webhooks['read'])} webhooks read, ${count(webhooks['leftOut'])} left out, ${count(webhooks['erased'])} erased.`,
    ...lines.map(lineOf),
    ...left.map(([reason, number]) => `${count(number)} ${LEFT[reason] ?? printable(reason)}.`),
    ...(unread > 0 ? [`${count(unread)} places at the end of the log held nothing any more.`] : []),
    ...(result['isDryRun'] === true ? ['Nothing was changed: this was a dry run.'] : []),
  ].join('\n');
}

const lineOf = ({ channelId, type, ...counts }: Result): string =>
  `${printable(String(channelId))}  ${printable(String(type))}: ${count(counts['new'])} new, ` +
  `${count(counts['corrected'])} corrected, ${count(counts['unchanged'])} unchanged`;

const count = (value: unknown): string => Number(value ?? 0).toLocaleString('en');

const recordOf = (value: unknown): Result =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
