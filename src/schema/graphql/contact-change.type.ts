import { Field, ObjectType, type ClassType } from 'type-graphql';
import { Contact } from './contact.type.js';
import { RecordedPayload } from './payload.type.js';

/** What each change of a contact answers. */
export interface ContactPayload extends RecordedPayload {
  contact: Contact | null;
}

function payloadOf(name: string, description: string): ClassType<ContactPayload> {
  @ObjectType(`${name}Payload`, { description })
  class Payload extends RecordedPayload implements ContactPayload {
    @Field(() => Contact, { nullable: true, description: 'The contact. Null when refused.' })
    contact!: Contact | null;
  }
  return Payload;
}

export const BlockContactPayload = payloadOf('BlockContact', 'The contact, blocked.');
export const UnblockContactPayload = payloadOf('UnblockContact', 'The contact, no longer blocked.');
export const OptOutContactPayload = payloadOf('OptOutContact', 'The contact, opted out.');
export const OptInContactPayload = payloadOf('OptInContact', 'The contact, opted in.');
export const AddContactAddressPayload = payloadOf('AddContactAddress', 'The contact with its addresses.');
export const MergeContactsPayload = payloadOf('MergeContacts', 'The contact with what was merged into it.');
export const SetContactAttributesPayload = payloadOf('SetContactAttributes', 'The contact with its attributes.');
