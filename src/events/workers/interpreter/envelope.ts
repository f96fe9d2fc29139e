import type { ChannelId, EventId, RawWebhookId, WorkspaceId } from '../../kernel/ids.js';
import { traced, type TraceContext } from '../../kernel/trace-context.js';
import type { RawWebhook } from '../../webhook/raw-webhook.js';

/** Where an event comes from, that was read out of a webhook. */
interface Origin {
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly rawWebhookId: RawWebhookId;
  /** RFC 3339. */
  readonly occurredAt: string;
  readonly trace?: TraceContext | undefined;
}

/** Of what the webhook says; it came when it was received, where it doesn't say when it happened. */
export const originOf = ({ id, workspaceId, channelId, receivedAt, trace }: RawWebhook, occurredAt?: Date): Origin => ({
  ...{ workspaceId, channelId, rawWebhookId: id, trace },
  occurredAt: (occurredAt ?? receivedAt).toISOString(),
});

/** What every event has that is read out of a webhook. */
export const envelopeOf = (id: EventId, origin: Origin, now: Date) => ({
  ...{ id, version: 1, workspaceId: origin.workspaceId, channelId: origin.channelId },
  ...timesOf(origin, now),
  causationId: origin.rawWebhookId,
  ...traced(origin.trace),
});

/** A provider's clock may run ahead; what happened is never later than that we heard of it. */
function timesOf({ occurredAt }: Origin, now: Date) {
  const occurred = new Date(Math.min(new Date(occurredAt).getTime(), now.getTime()));
  return { occurredAt: occurred.toISOString(), recordedAt: now.toISOString() };
}
