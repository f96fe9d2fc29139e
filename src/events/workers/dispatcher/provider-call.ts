import type { Channel } from '../../../providers/channel.js';
import type { Outcome, ProviderAdapter } from '../../../providers/provider.js';
import { formatReference } from '../../../providers/reference.js';
import { providerSlug } from '../../../providers/registry.js';
import type { ClaimedDispatch } from './claim.js';
import { dispatchPayload } from './dispatch.js';

/** Who carries out a claim: the channel as it was when its lane was claimed. */
export interface Carrier {
  readonly channel: Channel;
  readonly adapter: ProviderAdapter;
}

export interface ProviderCallDeps {
  readonly publicUrl: () => string;
  /** The deadline of one call. */
  readonly callMs: number;
  /** Cuts calls off before their deadline: the process stops. */
  readonly hurrying: AbortSignal;
}

/** An adapter ends with its signal; one that doesn't is left behind a little later. */
const ADAPTER_GRACE_MS = 1_000;

const UNSENDABLE: Outcome = { kind: 'rejected', failure: { code: 'CONTENT_REJECTED', isRetryable: false } };

/**
 * One call. Whatever an adapter does, the answer is an outcome, and what may have been processed is unknown.
 * @param targetId the provider's id of the message that this one answers or reacts to
 */
export async function callProvider(
  claim: ClaimedDispatch,
  targetId: string | undefined,
  { channel, adapter }: Carrier,
  { publicUrl, callMs, hurrying }: ProviderCallDeps,
): Promise<Outcome> {
  const payload = dispatchPayload.safeParse(claim.payload);
  // Erased before it was sent, or of a kind that a newer version wrote: nothing was sent, nothing will be.
  if (!payload.success) return UNSENDABLE;
  // An answer says its words also by itself; a reaction to what the provider doesn't know says nothing.
  if (payload.data.content.kind === 'reaction' && targetId === undefined) return UNSENDABLE;
  const deadline = new AbortController();
  const abort = () => deadline.abort();
  const timer = setTimeout(abort, callMs);
  hurrying.addEventListener('abort', abort);
  try {
    const sending = adapter.send({
      ...payload.data,
      settings: channel.settings,
      channelId: channel.id,
      reference: formatReference(claim),
      part: claim.part,
      call: claim.call + 1,
      replyToProviderMessageId: targetId,
      webhookUrl: `${publicUrl()}/webhooks/${providerSlug(channel.provider)}/${channel.id}`,
      signal: deadline.signal,
    });
    return await Promise.race([sending, unknownAfter(deadline.signal)]);
  } catch {
    return { kind: 'unknown' };
  } finally {
    clearTimeout(timer);
    hurrying.removeEventListener('abort', abort);
  }
}

function unknownAfter(signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const leaveBehind = () => setTimeout(() => resolve({ kind: 'unknown' }), ADAPTER_GRACE_MS).unref();
    signal.addEventListener('abort', leaveBehind, { once: true });
  });
}
