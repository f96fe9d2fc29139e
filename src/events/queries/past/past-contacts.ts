import { sql } from 'drizzle-orm';
import type { Orm } from '../../../database/database.js';
import { evolveContact } from '../../contact/evolve.js';
import type { ContactState } from '../../contact/state.js';
import type { Vector } from '../../kernel/cursor.js';
import { contactIds, type ContactId } from '../../kernel/ids.js';
import { isOfContact } from '../../projections/read-models.js';
import { uuidsOf } from '../by-id.js';
import type { PastFinders } from '../finders.js';
import { readPast } from './read-past.js';

/** Contacts as their events below a vector make them: few, for a contact is created once and then only renamed. */
export const createPastContacts = (orm: Orm, until: Vector): Pick<PastFinders, 'contacts'> => ({
  async contacts(workspace, ids) {
    const states = new Map<ContactId, ContactState>();
    // The type is written out, and not a parameter: the partial index is found by it.
    const condition = sql`e.contact_id = any(${sql.param(uuidsOf(contactIds, ids))}::uuid[]) and e.type like 'contact.%'`;
    for await (const { event, position } of readPast(orm, workspace, condition, until)) {
      if (!isOfContact(event) || event.contactId === undefined) continue;
      states.set(event.contactId, evolveContact(states.get(event.contactId), { event, position }));
    }
    return ids.map((id) => states.get(id));
  },
});
