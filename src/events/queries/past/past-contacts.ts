import { sql } from 'drizzle-orm';
import type { Orm } from '../../../database/database.js';
import { partsOf, showContacts, type WholeContact } from '../../contact/combine.js';
import { evolveContact } from '../../contact/evolve.js';
import type { ContactState } from '../../contact/state.js';
import type { ContactId, WorkspaceId } from '../../kernel/ids.js';
import { instantOf } from '../../kernel/instant.js';
import { isOfContact } from '../../projections/read-models.js';
import { vectorRows } from '../../projections/vector-rows.js';
import type { Moment, PastFinders } from '../finders.js';
import { eachMember } from '../members.js';
import { readPast } from './read-past.js';

/**
 * Contacts as their events up to a moment make them: few, for a contact is created once and then only renamed. Each is
 * folded once: who was shown as one with it is asked for again by its lists.
 */
export function createPastContacts(orm: Orm, moment: Moment): Pick<PastFinders, 'contacts'> {
  const known = new Map<string, Promise<readonly (WholeContact | undefined)[]>>();
  return {
    async contacts(workspace, ids) {
      const name = `${workspace} ${ids.join(' ')}`;
      const contacts = known.get(name) ?? readContacts(orm, moment, workspace, ids);
      known.set(name, contacts);
      return [...(await contacts)];
    },
  };
}

async function readContacts(
  orm: Orm,
  { vector, recordedBy }: Moment,
  workspace: WorkspaceId,
  ids: readonly ContactId[],
): Promise<readonly (WholeContact | undefined)[]> {
  const isLater = (time: string) => recordedBy !== undefined && instantOf(time) > recordedBy.toISOString();
  const states = new Map<ContactId, ContactState>();
  const ended = new Set<ContactId>();
  const past = readPast(orm, workspace, {
    // The type is written out, and not a parameter: the partial index is found by it.
    // Everybody who is shown as one with them by now: at any moment before it was some of these.
    about: sql`e.contact_id = any(array(select member.id from ${eachMember(ids)})) and e.type like 'contact.%'`,
    until: sql`join ${vectorRows(vector)} as until(partition, "offset")
      on until.partition = e.partition and e."offset" < until."offset"`,
  });
  for await (const { event, position } of past) {
    const id = event.contactId;
    if (!isOfContact(event) || id === undefined || ended.has(id)) continue;
    if (isLater(event.recordedAt)) ended.add(id);
    else states.set(id, evolveContact(states.get(id), { event, position }));
  }
  const shown = showContacts([...states.values()]);
  return ids.map((id) => shown.get(id));
}

/** Everybody who was shown as one with a contact then. */
export async function findMembers(
  { contacts }: Pick<PastFinders, 'contacts'>,
  workspace: WorkspaceId,
  contact: ContactId,
): Promise<readonly ContactId[]> {
  const [found] = await contacts(workspace, [contact]);
  return found === undefined ? [contact] : partsOf(found).map(({ id }) => id);
}
