import { Field, ObjectType, type ClassType } from 'type-graphql';
import { Contact } from './contact.type.js';
import { CursorScalar } from './scalars.js';
import { UserError } from './user-error.type.js';

/** What each change of a contact answers. */
export interface ContactPayload {
  contact: Contact | null;
  userErrors: UserError[];
  cursor: string | null;
}

function payloadOf(name: string, description: string): ClassType<ContactPayload> {
  @ObjectType(`${name}Payload`, { description })
  class Payload implements ContactPayload {
    @Field(() => Contact, { nullable: true, description: 'The contact. Null when refused.' })
    contact!: Contact | null;

    @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
    userErrors!: UserError[];

    @Field(() => CursorScalar, {
      nullable: true,
      description: 'The place in the journal behind this change. Null when refused.',
    })
    cursor!: string | null;
  }
  return Payload;
}

export const BlockContactPayload = payloadOf('BlockContact', 'The contact, blocked.');
export const UnblockContactPayload = payloadOf('UnblockContact', 'The contact, no longer blocked.');
export const OptOutContactPayload = payloadOf('OptOutContact', 'The contact, opted out.');
export const OptInContactPayload = payloadOf('OptInContact', 'The contact, opted in.');
export const SetContactAttributesPayload = payloadOf('SetContactAttributes', 'The contact with its attributes.');
