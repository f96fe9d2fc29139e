import type { Caller } from '../../access/caller.js';
import type { Channel } from '../../providers/channel.js';
import type { ProviderAdapter } from '../../providers/provider.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import type { Recipient } from '../message/send-form.js';
import type { Finders } from '../queries/finders.js';
import type { UserError } from './commands.js';
import type { FreshLookup } from './fresh-lookup.js';

export interface RecipientDeps {
  readonly finders: Pick<Finders, 'contacts' | 'conversations'>;
  readonly freshly: FreshLookup;
}

/** The address that a send goes to, as the channel's adapter spells it. Unknown and foreign ids are the same refusal. */
export async function resolveRecipient(
  deps: RecipientDeps,
  caller: Caller,
  channel: Channel,
  adapter: ProviderAdapter,
  recipient: Recipient,
): Promise<Decision<string, UserError>> {
  const address = await addressOf(deps, caller, channel, recipient);
  if (address === undefined) return refused(notFound(recipient));
  const normalized = adapter.normalizeAddress(channel.platform, address);
  if (normalized !== undefined) return accepted(normalized);
  return refused({ code: 'RECIPIENT_INVALID', message: 'Not an address of this platform.', field: recipient.field });
}

async function addressOf(
  { finders, freshly }: RecipientDeps,
  { workspaceId }: Caller,
  channel: Channel,
  recipient: Recipient,
): Promise<string | undefined> {
  if (recipient.kind === 'address') return recipient.address;
  if (recipient.kind === 'contact') {
    const contact = await freshly(async () => (await finders.contacts(workspaceId, [recipient.id]))[0]);
    return contact?.addresses.find(({ channelId }) => channelId === channel.id)?.address;
  }
  const conversation = await freshly(async () => (await finders.conversations(workspaceId, [recipient.id]))[0]);
  return conversation?.channelId === channel.id ? (conversation.address ?? undefined) : undefined;
}

const notFound = ({ kind, field }: Recipient): UserError => ({
  code: 'RECIPIENT_NOT_FOUND',
  message: kind === 'contact' ? 'No such contact on this channel.' : 'No such conversation on this channel.',
  field,
});
