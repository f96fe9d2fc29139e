import type { MessageEvent } from '../message/events.js';
import { open } from '../sealing.js';
import type { ConversationEvent } from './events.js';

/** The events that name the contact's address. */
export type AddressedEvent = Extract<
  ConversationEvent | MessageEvent,
  {
    type:
      | ('conversation.opened' | 'conversation.address_changed')
      | ('message.accepted' | 'message.scheduled' | 'message.received' | 'message.echoed');
  }
>;

/** The contact's address; undefined where it was erased. */
export function addressIn(event: AddressedEvent): string | undefined {
  const opened = open<{ readonly address: string }>(event);
  return opened.state === 'open' ? opened.content.address : undefined;
}

/** What the provider calls the contact; undefined where the event doesn't say. */
export function providerContactIn(event: ConversationEvent | MessageEvent): string | undefined {
  if (event.type !== 'message.received' && event.type !== 'message.echoed' && event.type !== 'message.submitted')
    return undefined;
  const opened = open<{ readonly providerContactId?: string }>(event);
  return opened.state === 'open' ? opened.content.providerContactId : undefined;
}
