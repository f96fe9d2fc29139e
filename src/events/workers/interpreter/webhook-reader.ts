import type { Channel, ChannelDirectory } from '../../../providers/channel.js';
import type { Interpretation } from '../../../providers/provider.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { LogRecord } from '../../log/event-log.js';
import { readRawRecord, type RawWebhook } from '../../webhook/raw-webhook.js';
import { judged } from './judged.js';

/** One thing that one webhook says. */
export interface Said {
  readonly raw: RawWebhook;
  /** Which of the webhook's: with the raw id it names what no adapter understood. */
  readonly index: number;
  readonly interpretation: Interpretation;
}

/** A record that ingress never wrote. */
export interface Foreign {
  readonly record: LogRecord;
  readonly reason: string;
}

export interface ReaderDeps {
  readonly directory: ChannelDirectory;
  readonly providers: ProviderRegistry;
}

/** What a batch says, in order. @throws when a channel must be asked of Postgres and it is away */
export async function readWebhooks(
  records: readonly LogRecord[],
  deps: ReaderDeps,
): Promise<{ readonly said: readonly Said[]; readonly foreign: readonly Foreign[] }> {
  const said: Said[] = [];
  const foreign: Foreign[] = [];
  for (const record of records) {
    const raw = readRawRecord(record);
    if (raw === 'erased') continue;
    if (raw === undefined) foreign.push({ record, reason: 'Not a raw webhook.' });
    else said.push(...(await readOne(raw, deps)));
  }
  return { said, foreign };
}

/** What one webhook says, in order. @throws when the channel must be asked of Postgres and it is away */
export async function readOne(raw: RawWebhook, { directory, providers }: ReaderDeps): Promise<readonly Said[]> {
  const channel = directory.get(raw.channelId) ?? (await directory.find(raw.channelId));
  return interpret(raw, channel, providers).map((interpretation, index) => ({ raw, index, interpretation }));
}

/** An adapter that throws loses nothing: the bytes stay, and the operator sees which ones. */
function interpret(
  raw: RawWebhook,
  channel: Channel | undefined,
  providers: ProviderRegistry,
): readonly Interpretation[] {
  if (channel === undefined) return [{ kind: 'uninterpreted', reason: 'The channel is not known.' }];
  const adapter = providers.get(raw.provider);
  if (adapter === undefined)
    return [{ kind: 'uninterpreted', reason: 'This version has no adapter for the provider.' }];
  try {
    return adapter.interpret(raw.request, channel.settings).map((one) => judged(one, adapter, channel.platform));
  } catch {
    return [{ kind: 'uninterpreted', reason: 'The adapter failed.' }];
  }
}
