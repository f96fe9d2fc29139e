import { partsOf, type WholeContact } from '../events/contact/combine.js';
import type { Moment } from '../events/queries/finders.js';
import { Contact, ContactAddress } from '../schema/graphql/contact.type.js';
import { instance } from './instance.js';

/** @param asOf the moment that it stands at; undefined: now */
export const toContact = (state: WholeContact, asOf?: Moment): Contact =>
  instance(Contact, {
    asOf,
    id: state.id,
    displayName: state.displayName,
    addresses: state.addresses.map((address) => instance(ContactAddress, { ...address })),
    attributes: state.attributes,
    blockedAt: state.blockedAt,
    optedOutAt: state.optedOutAt,
    mergedContactIds: partsOf(state)
      .slice(1)
      .map(({ id }) => id),
    createdAt: state.createdAt,
  });
