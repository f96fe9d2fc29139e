import { z } from 'zod';
import type { WebhookRequest } from '../../providers/provider.js';
import { PROVIDER_KINDS, type ProviderKind } from '../channel/events.js';
import { channelIds, rawWebhookIds, workspaceIds } from '../kernel/ids.js';
import type { ChannelId, RawWebhookId, WorkspaceId } from '../kernel/ids.js';
import { traced, traceHeaders, traceOf, type TraceContext } from '../kernel/trace-context.js';
import type { LogRecord, OutgoingRecord } from '../log/event-log.js';

/** A provider's webhook as it lies in the webhooks topic: byte for byte, with what ingress knew of it. */
export interface RawWebhook {
  readonly id: RawWebhookId;
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly provider: ProviderKind;
  readonly receivedAt: Date;
  readonly request: WebhookRequest;
  /** In which trace it came in; absent where nothing is traced. */
  readonly trace?: TraceContext | undefined;
}

/** Headers that would let a reader of the topic act as somebody. A signature stays: it proves the bytes and opens nothing. */
const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key']);

/**
 * Keyed by its own id, so that one webhook can be erased by a tombstone; partitioned by the channel, for order.
 * @param secretHeaders of this provider, beside those that are secret everywhere; in lower case
 */
export function toRawRecord(raw: RawWebhook, secretHeaders: readonly string[] = []): OutgoingRecord {
  const isSecret = (name: string) => SECRET_HEADERS.has(name) || secretHeaders.includes(name);
  const kept = Object.entries(raw.request.headers).filter(([name]) => !isSecret(name));
  return {
    key: raw.id,
    partitionKey: raw.channelId,
    headers: {
      'parley-channel-id': raw.channelId,
      'parley-workspace-id': raw.workspaceId,
      'parley-provider': raw.provider,
      'parley-received-at': raw.receivedAt.toISOString(),
      // Nothing forged is ever stored; the header says so to whoever reads the topic without knowing that.
      'parley-verdict': 'authentic',
      'parley-url': raw.request.url,
      'parley-http-headers': JSON.stringify(Object.fromEntries(kept)),
      ...traceHeaders(raw.trace),
    },
    value: raw.request.body,
  };
}

const id = <Id extends string>(codec: { parse(text: string): Id | undefined }) =>
  z.string().transform((text, context) => {
    const parsed = codec.parse(text);
    if (parsed === undefined) context.addIssue({ code: 'custom', message: 'not an id' });
    return parsed ?? z.NEVER;
  });

const httpHeaders = z.string().transform((text, context): Record<string, string> => {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'not headers' });
    return z.NEVER;
  }
});

const recordHeaders = z.object({
  'parley-channel-id': id(channelIds),
  'parley-workspace-id': id(workspaceIds),
  'parley-provider': z.enum(PROVIDER_KINDS),
  'parley-received-at': z.iso.datetime().transform((text) => new Date(text)),
  'parley-verdict': z.literal('authentic'),
  'parley-url': z.string(),
  'parley-http-headers': httpHeaders,
});

/** Reads a record back. Undefined: it isn't ours. `'erased'`: a tombstone. Never throws. */
export function readRawRecord(record: LogRecord): RawWebhook | 'erased' | undefined {
  if (record.value === null) return 'erased';
  const rawId = rawWebhookIds.parse(record.key ?? '');
  const headers = recordHeaders.safeParse(record.headers);
  if (rawId === undefined || !headers.success) return undefined;
  return {
    id: rawId,
    workspaceId: headers.data['parley-workspace-id'],
    channelId: headers.data['parley-channel-id'],
    provider: headers.data['parley-provider'],
    receivedAt: headers.data['parley-received-at'],
    request: {
      url: headers.data['parley-url'],
      headers: headers.data['parley-http-headers'],
      body: record.value,
    },
    ...traced(traceOf(record.headers)),
  };
}
