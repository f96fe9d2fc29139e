import { InvalidArgumentError } from 'commander';
import { readConfig } from '../config.js';
import { channelIds, conversationIds, messageIds, type IdCodec } from '../events/kernel/ids.js';
import { jsonLine } from '../printable.js';
import { eventLine, withoutContent, type ShownEvent } from './event-line.js';
import { askViewer, follow, SourceAwayError, SourceRefusedError, type EventSource } from './event-source.js';
import { findSource, toUrl } from './find-source.js';
import type { ProgressOutput } from './progress.js';
import { EXIT, STOP_SIGNALS, UsageError, type AddVerb, type ExitCode } from './verb.js';

export interface TailDeps {
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
  /** Whose signals end it. */
  readonly process: Pick<NodeJS.Process, 'on' | 'off'>;
}

interface TailOptions {
  readonly type?: readonly string[];
  readonly conversation?: string;
  readonly channel?: string;
  readonly message?: string;
  readonly after?: string;
  readonly content?: boolean;
  readonly json?: boolean;
  readonly url?: string;
}

export const addTail: AddVerb<TailDeps> = (program, deps, finish) => {
  program
    .command('tail')
    .description('show events as they are recorded, one a line, until Ctrl-C; from a running Parley, wherever it runs')
    .option('--type <types...>', 'only of these types, e.g. message.delivered message.read', toTypes)
    .option('--conversation <id>', 'only of this conversation', toIdOf(conversationIds))
    .option('--channel <id>', 'only of this channel', toIdOf(channelIds))
    .option('--message <id>', 'only of this message', toIdOf(messageIds))
    .option('--after <cursor>', 'first what follows this place in the journal; default: from now')
    .option('--content', 'also what people wrote, and their addresses; the key needs the scope messages:read')
    .option('--json', 'one object a line for each event')
    .option('--url <url>', 'where Parley is; default: PARLEY_PUBLIC_URL, or HOST and PORT', toUrl)
    .addHelpText('after', KEY_HELP)
    .action(async (options: TailOptions) => finish(await tail(deps, options)));
};

const KEY_HELP =
  '\nThe key is PARLEY_API_KEY, else PARLEY_BOOTSTRAP_API_KEY, else the file api-key in the data directory.\n' +
  'At the end the last cursor is printed to stderr: with --after it goes on from there.';

/** As GraphQL spells `messages:read`. */
const CONTENT_SCOPE = 'MESSAGES_READ';
const IF_AWAY = ' Start Parley, or name it by --url.';

async function tail(deps: TailDeps, options: TailOptions): Promise<ExitCode> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  for (const signal of STOP_SIGNALS) deps.process.on(signal, stop);
  try {
    await show(deps, await findSource(readConfig(), options), options, stopped.signal);
    return EXIT.ok;
  } catch (error) {
    if (stopped.signal.aborted) return EXIT.ok;
    if (error instanceof SourceRefusedError && error.isInput) throw new UsageError(error.message);
    if (!(error instanceof SourceRefusedError || error instanceof SourceAwayError)) throw error;
    deps.errors.write(`${error.message}${error instanceof SourceAwayError ? IF_AWAY : ''}\n`);
    return EXIT.failed;
  } finally {
    for (const signal of STOP_SIGNALS) deps.process.off(signal, stop);
  }
}

/** Writing blocks while nobody reads (pipes and terminals do): then nothing is read from the socket either. */
async function show(
  { output, errors }: TailDeps,
  source: EventSource,
  options: TailOptions,
  signal: AbortSignal,
): Promise<void> {
  const { scopes, cursor } = await askViewer(source, signal);
  if (options.content && !scopes.includes(CONTENT_SCOPE))
    throw new SourceRefusedError('--content needs a key with the scope messages:read, and this one has it not.');
  const after = options.after ?? cursor;
  let last = after;
  const onEvent = (event: ShownEvent) => {
    last = event.cursor;
    const shown = options.content ? event : withoutContent(event);
    output.write(options.json ? jsonLine(shown) : eventLine(shown));
  };
  const onLine = (isThere: boolean) =>
    void errors.write(isThere ? 'Connected again.\n' : 'The connection was lost; it is made again.\n');
  const { type: types, conversation: conversationId, channel: channelId, message: messageId } = options;
  try {
    await follow(source, { types, conversationId, channelId, messageId }, after, { onEvent, onLine, signal });
  } finally {
    if (last !== options.after) errors.write(`Last cursor: ${last}\n`);
  }
}

/** @throws InvalidArgumentError which ends the process with the usage; so do the others */
function toTypes(text: string, before: readonly string[] | undefined): readonly string[] {
  const types = text.split(',').map((type) => type.trim());
  if (!types.every((type) => /^[a-z_]+\.[a-z_]+$/.test(type)))
    throw new InvalidArgumentError('A type looks like message.delivered: docs/events.md has them all.');
  return [...(before ?? []), ...types];
}

const toIdOf =
  (ids: IdCodec<string>) =>
  (text: string): string => {
    if (ids.parse(text) !== undefined) return text;
    throw new InvalidArgumentError(`It begins with ${ids.prefix}_.`);
  };
