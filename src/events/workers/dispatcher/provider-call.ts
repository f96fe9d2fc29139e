import type { Outcome } from '../../../providers/provider.js';
import { formatReference } from '../../../providers/reference.js';
import { webhookUrlOf } from '../../../providers/registry.js';
import { answerWithin } from './adapter-deadline.js';
import type { Carrier } from './carrier.js';
import type { ClaimedDispatch } from './claim.js';

export interface ProviderCallDeps {
  readonly publicUrl: () => string;
  /** The deadline of one call. */
  readonly callMs: number;
  /** Cuts calls off before their deadline: the process stops. */
  readonly hurrying: AbortSignal;
}

const UNKNOWN: Outcome = { kind: 'unknown' };
const UNSENDABLE: Outcome = { kind: 'rejected', failure: { code: 'CONTENT_REJECTED', isRetryable: false } };

/** What is found out before a call about what it says. */
export interface CallFacts {
  /** Where the contact is by now; undefined: where it was written to. */
  readonly movedTo: string | undefined;
  /** The provider's id of the message that this one answers or reacts to. */
  readonly targetId: string | undefined;
  /** By which exception it is sent beyond the service window. */
  readonly windowTag: string | undefined;
}

/** One call. Whatever an adapter does, the answer is an outcome, and what may have been processed is unknown. */
export async function callProvider(
  claim: ClaimedDispatch,
  { targetId, windowTag, movedTo }: CallFacts,
  { channel, adapter }: Carrier,
  { publicUrl, callMs, hurrying }: ProviderCallDeps,
): Promise<Outcome> {
  const { payload } = claim;
  // Nothing was sent, nothing will be.
  if (payload === undefined) return UNSENDABLE;
  // An answer says its words also by itself; a reaction to what the provider doesn't know says nothing.
  if (payload.content.kind === 'reaction' && targetId === undefined) return UNSENDABLE;
  const { address, content } = payload;
  const send = (signal: AbortSignal) =>
    adapter.send({
      ...{ address: movedTo ?? address, content, windowTag },
      settings: channel.settings,
      channelId: channel.id,
      platform: channel.platform,
      reference: formatReference(claim),
      part: claim.part,
      call: claim.call + 1,
      replyToProviderMessageId: targetId,
      webhookUrl: webhookUrlOf(publicUrl(), channel),
      signal,
    });
  return answerWithin({ callMs, cutOff: hurrying }, send, UNKNOWN);
}
