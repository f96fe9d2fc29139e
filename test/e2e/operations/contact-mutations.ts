import { expect } from 'vitest';
import type { Covered, Given, Stage } from './stage.js';

const CONTACT = 'contact { id }';
const ABOUT_CONTACT = {
  CONTACT_NOT_FOUND: ({ nowhere }: Stage) => ({ contactId: nowhere.contact }),
  INPUT_INVALID: () => ({ contactId: 'nothing' }),
};
const onNewContact: Given = async ({ newThread }) => ({ contactId: (await newThread()).contactId });
const atAddress = ({ channelId }: Stage, address = '+15550107800') => ({ channelId, address });

/** Those about contacts. */
export const CONTACT_MUTATIONS: Readonly<Record<string, Covered>> = {
  addContactAddress: {
    selection: 'contact { addresses { address } }',
    works: async (stage) => ({ ...(await onNewContact(stage)), ...atAddress(stage) }),
    answers: { contact: { addresses: [{}, { address: '+15550107800' }] } },
    refusals: {
      CHANNEL_NOT_FOUND: ({ thread, nowhere }) => ({
        ...{ contactId: thread.contactId, channelId: nowhere.channel, address: '+15550107801' },
      }),
      CONTACT_NOT_FOUND: (stage) => ({ contactId: stage.nowhere.contact, ...atAddress(stage) }),
      // Another contact's.
      INPUT_INVALID: async (stage) => ({ ...(await onNewContact(stage)), ...atAddress(stage, '+15550100001') }),
      RECIPIENT_INVALID: (stage) => ({ contactId: stage.thread.contactId, ...atAddress(stage, 'nobody') }),
    },
  },
  blockContact: { selection: CONTACT, works: onNewContact, answers: { contact: {} }, refusals: ABOUT_CONTACT },
  mergeContacts: {
    selection: 'contact { mergedContactIds }',
    works: async ({ newThread }) => ({
      fromContactId: (await newThread()).contactId,
      intoContactId: (await newThread()).contactId,
    }),
    answers: { contact: { mergedContactIds: [expect.any(String)] } },
    refusals: {
      CONTACT_NOT_FOUND: ({ thread, nowhere }) => ({
        fromContactId: thread.contactId,
        intoContactId: nowhere.contact,
      }),
      INPUT_INVALID: ({ thread }) => ({ fromContactId: thread.contactId, intoContactId: thread.contactId }),
    },
  },
  optInContact: { selection: CONTACT, works: onNewContact, answers: { contact: {} }, refusals: ABOUT_CONTACT },
  optOutContact: { selection: CONTACT, works: onNewContact, answers: { contact: {} }, refusals: ABOUT_CONTACT },
  setContactAttributes: {
    selection: CONTACT,
    works: ({ thread }) => ({ contactId: thread.contactId, attributes: { tier: 'gold' } }),
    answers: ({ thread }) => ({ contact: { id: thread.contactId } }),
    refusals: {
      CONTACT_NOT_FOUND: ({ nowhere }) => ({ contactId: nowhere.contact, attributes: {} }),
      INPUT_INVALID: ({ thread }) => ({ contactId: thread.contactId, attributes: { note: 'x'.repeat(20_000) } }),
    },
  },
  unblockContact: { selection: CONTACT, works: onNewContact, answers: { contact: {} }, refusals: ABOUT_CONTACT },
};
