import type { ContactState } from '../events/contact/state.js';
import type { Moment } from '../events/queries/finders.js';
import { Contact, ContactAddress } from '../schema/graphql/contact.type.js';
import { instance } from './instance.js';

/** @param asOf the moment that it stands at; undefined: now */
export const toContact = (state: ContactState, asOf?: Moment): Contact =>
  instance(Contact, {
    asOf,
    id: state.id,
    displayName: state.displayName,
    addresses: state.addresses.map((address) => instance(ContactAddress, { ...address })),
    attributes: state.attributes,
    blockedAt: state.blockedAt,
    optedOutAt: state.optedOutAt,
    createdAt: state.createdAt,
  });
