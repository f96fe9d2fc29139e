import type { Channel, ChannelDirectory } from '../../../providers/channel.js';
import type { Interpretation, ProviderAdapter } from '../../../providers/provider.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { LogRecord } from '../../log/event-log.js';
import { readRawRecord, type RawWebhook } from '../../webhook/raw-webhook.js';
import { judged, type Judged } from './judged.js';

/** One thing that one webhook says. */
export interface Said {
  readonly raw: RawWebhook;
  /** Which of the webhook's: with the raw id it names what no adapter understood. */
  readonly index: number;
  readonly interpretation: Exclude<Judged, { kind: 'ignored' }>;
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
  const adapter = providers.get(raw.provider);
  if (channel === undefined) return [notRead(raw, 'The channel is not known.')];
  if (adapter === undefined) return [notRead(raw, 'This version has no adapter for the provider.')];
  try {
    return adapter.interpret(raw.request, channel.settings).flatMap((interpretation, index) => {
      const said = saidOf(raw, interpretation, { channel, adapter, siblings: () => directory.all() });
      return said === undefined ? [] : [{ ...said, index }];
    });
  } catch {
    // An adapter that throws loses nothing: the bytes stay, and the operator sees which ones.
    return [notRead(raw, 'The adapter failed.')];
  }
}

const notRead = (raw: RawWebhook, reason: string): Said => ({
  ...{ raw, index: 0 },
  interpretation: { kind: 'uninterpreted', reason },
});

interface Reading {
  readonly channel: Channel;
  readonly adapter: ProviderAdapter;
  readonly siblings: () => readonly Channel[];
}

/** Undefined: it was understood, and nothing is kept of it. */
function saidOf(raw: RawWebhook, said: Interpretation, reading: Reading): Omit<Said, 'index'> | undefined {
  const channel = channelOf(said, reading);
  if (channel === undefined) return notRead(raw, 'It speaks for an account that no channel of this workspace has.');
  const interpretation = judged(said, reading.adapter, channel.platform);
  return interpretation.kind === 'ignored' ? undefined : { raw: { ...raw, channelId: channel.id }, interpretation };
}

/**
 * The channel that an entry is of: a sibling's entry is interpreted as that channel's (design §9). Of the same workspace
 * only: the signature was verified by this channel's secret, which says nothing of another workspace's.
 */
function channelOf({ account }: Interpretation, { channel, adapter, siblings }: Reading): Channel | undefined {
  const { accountOf } = adapter;
  if (account === undefined || accountOf === undefined || accountOf(channel.settings) === account) return channel;
  return siblings().find(
    (one) =>
      one.workspaceId === channel.workspaceId &&
      one.provider === channel.provider &&
      accountOf(one.settings) === account,
  );
}
