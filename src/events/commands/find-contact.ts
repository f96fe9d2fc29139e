import type { Caller } from '../../access/caller.js';
import { partsOf, type WholeContact } from '../contact/combine.js';
import { refuseOwnId } from '../conversation/decide.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { contactIds, type ContactId } from '../kernel/ids.js';
import type { Finders } from '../queries/finders.js';
import type { UserError } from './commands.js';
import type { Settle } from './fresh-lookup.js';

/** The caller's contact of that name, as it is shown, by an id as it was given. An unknown and a foreign one are the same refusal. */
export async function findContact(
  { finders }: { readonly finders: Pick<Finders, 'contacts'> },
  { workspaceId }: Caller,
  text: string,
  /** How to look for it: once more after a while, for example. */
  look: (id: ContactId, find: () => Promise<WholeContact | undefined>) => Promise<WholeContact | undefined>,
  field = 'contactId',
): Promise<Decision<WholeContact, UserError>> {
  const id = contactIds.parse(text);
  if (id === undefined) return refused({ code: 'INPUT_INVALID', message: 'Not the id of a contact.', field: [field] });
  const found = await look(id, async () => (await finders.contacts(workspaceId, [id]))[0]);
  if (found !== undefined) return accepted(found);
  return refused({ code: 'CONTACT_NOT_FOUND', message: 'No such contact.', field: [field] });
}

/** Likewise, for a command that is decided by all that was said of the contact before, whoever says it. */
export async function findContactFor(
  deps: { readonly finders: Pick<Finders, 'contacts'> },
  settle: Settle,
  caller: Caller,
  { contactId, actorId }: { readonly contactId: string; readonly actorId?: string | undefined },
): Promise<Decision<WholeContact, UserError>> {
  const refusals = refuseOwnId('actorId', actorId);
  return refusals.length > 0 ? refused(...refusals) : findContact(deps, caller, contactId, lookSettled(settle));
}

/**
 * Looks only when the read models have all that was said of the contact before, also of those that were merged with it:
 * each says its own, in a partition of its own.
 */
export const lookSettled =
  (settle: Settle) =>
  async (id: ContactId, find: () => Promise<WholeContact | undefined>): Promise<WholeContact | undefined> => {
    await settle(id);
    const shown = await find();
    const others = shown === undefined ? [] : partsOf(shown).filter((part) => part.id !== id);
    await Promise.all(others.map((other) => settle(other.id)));
    return others.length === 0 ? shown : find();
  };
