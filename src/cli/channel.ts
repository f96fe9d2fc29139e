import { InvalidArgumentError, type Command } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.js';
import { CHANNEL_PLATFORMS, PROVIDER_KINDS } from '../events/channel/events.js';
import { jsonLine, printable, table } from '../printable.js';
import { parseJson } from '../providers/parse-json.js';
import { askApi } from './ask-api.js';
import { SourceAwayError, SourceRefusedError, type EventSource } from './event-source.js';
import { findSource, toUrl } from './find-source.js';
import { toName } from './key-options.js';
import type { ProgressOutput } from './progress.js';
import { readInput, type Input } from './read-input.js';
import { EXIT, UsageError, type AddVerb, type ExitCode, type Finish } from './verb.js';

export interface ChannelDeps {
  readonly input: Input;
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
}

interface Options {
  readonly json?: boolean;
  readonly url?: string;
}
interface AddOptions extends Options {
  readonly name: string;
  readonly provider: string;
  readonly platform: string;
  readonly settings: string;
}

export const addChannel: AddVerb<ChannelDeps> = (program, deps, finish) => {
  const channel = program.command('channel').description('channels of a running Parley: add, list, verify');
  const common = (verb: Command) =>
    verb
      .option('--json', 'one object a line')
      .option('--url <url>', 'where Parley is; default: PARLEY_PUBLIC_URL, or HOST and PORT', toUrl)
      .addHelpText('after', KEY_HELP);
  common(channel.command('list').description('the channels that there are; never their settings')).action(
    async (options: Options) => finish(await asking(deps, options, (source) => list(deps, source, options))),
  );
  common(
    channel
      .command('verify')
      .description("ask the provider whether it accepts a channel's credentials; 1: it does not")
      .argument('<id>', 'as `parley channel list` shows it: chan_…'),
  ).action(async (id: string, options: Options) =>
    finish(await asking(deps, options, (source) => verify(deps, source, id, options))),
  );
  addAdd(common(channel.command('add').description('connect a channel; the provider is asked nothing')), deps, finish);
};

const KEY_HELP =
  '\nThe key is PARLEY_API_KEY, else PARLEY_BOOTSTRAP_API_KEY, else the file api-key in the data directory. It needs the\n' +
  'scope channels:admin.';

function addAdd(verb: Command, deps: ChannelDeps, finish: Finish): void {
  verb
    .requiredOption('--name <name>', 'what people call it', toName)
    .requiredOption('--provider <provider>', `one of ${PROVIDER_KINDS.join(', ')}`, toOneOf(PROVIDER_KINDS))
    .requiredOption('--platform <platform>', `one of ${CHANNEL_PLATFORMS.join(', ')}`, toOneOf(CHANNEL_PLATFORMS))
    .option('--settings <file>', 'its settings as a JSON object (docs/providers); `-`: standard input', '-')
    .action(async (options: AddOptions) => finish(await asking(deps, options, (source) => add(deps, source, options))));
}

/** Says why it could not be asked. @throws UsageError */
async function asking(
  { errors }: ChannelDeps,
  options: Options,
  ask: (source: EventSource) => Promise<ExitCode>,
): Promise<ExitCode> {
  const source = await findSource(readConfig(), options);
  try {
    return await ask(source);
  } catch (error) {
    if (!(error instanceof SourceAwayError || error instanceof SourceRefusedError)) throw error;
    errors.write(`${error.message}\n`);
    return EXIT.failed;
  }
}

const FIELDS = 'id name provider platform isEnabled webhookUrl';
const shown = z.object({
  ...{ id: z.string(), name: z.string(), provider: z.string(), platform: z.string() },
  ...{ isEnabled: z.boolean(), webhookUrl: z.string().nullable() },
});
const userErrors = z.array(z.object({ message: z.string(), field: z.array(z.string()).nullable() }));

/** The most that one page has; more channels are told. */
const LISTED_MAX = 100;

async function list({ output, errors }: ChannelDeps, source: EventSource, { json }: Options): Promise<ExitCode> {
  const query = `{ channels(first: ${LISTED_MAX}) { nodes { ${FIELDS} } pageInfo { hasNextPage } } }`;
  const page = z.object({ nodes: z.array(shown), pageInfo: z.object({ hasNextPage: z.boolean() }) });
  const { channels } = await askApi(source, query, {}, z.object({ channels: page }));
  if (json) for (const channel of channels.nodes) output.write(jsonLine(channel));
  else output.write(table([HEADINGS, ...channels.nodes.map(cellsOf)]));
  if (channels.pageInfo.hasNextPage) errors.write(`Only the first ${LISTED_MAX}.\n`);
  return EXIT.ok;
}

const HEADINGS = ['ID', 'PROVIDER', 'PLATFORM', 'SENDS', 'NAME', 'WEBHOOKS'];
const cellsOf = ({ id, provider, platform, isEnabled, name, webhookUrl }: z.infer<typeof shown>) => [
  ...[id, provider, platform, isEnabled ? 'yes' : 'no', printable(name), webhookUrl ?? ''],
];

async function add(deps: ChannelDeps, source: EventSource, options: AddOptions): Promise<ExitCode> {
  const { name, provider, platform } = options;
  const input = { name, provider, platform, settings: await readSettings(deps, options.settings) };
  const query = `mutation ($input: CreateChannelInput!) { done: createChannel(input: $input) { channel { ${FIELDS} } userErrors { message field } } }`;
  const { done } = await askApi(
    source,
    query,
    { input },
    z.object({ done: z.object({ channel: shown.nullable(), userErrors }) }),
  );
  if (done.channel === null) return refused(deps, done.userErrors);
  deps.output.write(options.json ? jsonLine(done.channel) : `${done.channel.id}\n`);
  if (!options.json) deps.errors.write(`Its webhooks: ${done.channel.webhookUrl ?? 'not shown to this key'}\n`);
  return EXIT.ok;
}

async function verify(deps: ChannelDeps, source: EventSource, channelId: string, { json }: Options): Promise<ExitCode> {
  const query = `mutation ($input: ChannelInput!) { done: verifyChannel(input: $input) { isConfirmed account failure { code message } userErrors { message field } } }`;
  const failure = z.object({ code: z.string(), message: z.string() }).nullable();
  const payload = z.object({ isConfirmed: z.boolean(), account: z.string().nullable(), failure, userErrors });
  const { done } = await askApi(source, query, { input: { channelId } }, z.object({ done: payload }));
  if (done.userErrors.length > 0) return refused(deps, done.userErrors);
  const { isConfirmed, account } = done;
  if (json) deps.output.write(jsonLine({ channelId, isConfirmed, account, failure: done.failure }));
  else if (isConfirmed)
    deps.output.write(`The provider accepts it${account === null ? '' : `, as ${printable(account)}`}.\n`);
  else deps.output.write(`${done.failure?.code ?? 'UNKNOWN'}: ${done.failure?.message ?? ''}\n`);
  return isConfirmed ? EXIT.ok : EXIT.failed;
}

function refused({ errors }: ChannelDeps, refusals: z.infer<typeof userErrors>): ExitCode {
  for (const { field, message } of refusals) errors.write(`${(field ?? []).join('.')}: ${message}\n`);
  return EXIT.failed;
}

/** @throws UsageError */
async function readSettings({ input }: ChannelDeps, file: string): Promise<Record<string, unknown>> {
  const text = await readInput(input, file, () => new UsageError('These settings are too long.'));
  const read = z.record(z.string(), z.unknown()).safeParse(parseJson(text));
  if (!read.success) throw new UsageError('--settings must be one JSON object.');
  return read.data;
}

const toOneOf =
  (names: readonly string[]) =>
  (text: string): string => {
    const name = text.toUpperCase().replaceAll('-', '_');
    if (names.includes(name)) return name;
    throw new InvalidArgumentError(`One of ${names.join(', ')}.`);
  };
