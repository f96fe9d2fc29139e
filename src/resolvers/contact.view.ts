import type { ContactState } from '../events/contact/state.js';
import { Contact, ContactAddress } from '../schema/graphql/contact.type.js';
import { instance } from './instance.js';

export const toContact = (state: ContactState): Contact =>
  instance(Contact, {
    id: state.id,
    displayName: state.displayName,
    addresses: state.addresses.map((address) => instance(ContactAddress, { ...address })),
    createdAt: state.createdAt,
  });
