import type { Caller } from '../../access/caller.js';
import type { ContactState } from '../contact/state.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { contactIds, type ContactId } from '../kernel/ids.js';
import type { Finders } from '../queries/finders.js';
import type { UserError } from './commands.js';

const FIELD = ['contactId'];

/** The caller's contact of that name, by an id as it was given. An unknown and a foreign one are the same refusal. */
export async function findContact(
  { finders }: { readonly finders: Pick<Finders, 'contacts'> },
  { workspaceId }: Caller,
  text: string,
  /** How to look for it: once more after a while, for example. */
  look: (id: ContactId, find: () => Promise<ContactState | undefined>) => Promise<ContactState | undefined>,
): Promise<Decision<ContactState, UserError>> {
  const id = contactIds.parse(text);
  if (id === undefined) return refused({ code: 'INPUT_INVALID', message: 'Not the id of a contact.', field: FIELD });
  const found = await look(id, async () => (await finders.contacts(workspaceId, [id]))[0]);
  if (found !== undefined) return accepted(found);
  return refused({ code: 'CONTACT_NOT_FOUND', message: 'No such contact.', field: FIELD });
}
