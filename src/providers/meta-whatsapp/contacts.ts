import * as wire from './wire.js';

/** Who is named beside the messages of a webhook. */
export interface Contacts {
  /** How the sender is called; undefined: nobody says so. */
  nameOf(sender: Pick<wire.WireMessage, 'from' | 'from_user_id'>): string | undefined;
}

/** By number and by id, for one webhook may name thousands and each of its messages asks. One contact alone is the sender. */
export function contactsOf(given: readonly unknown[] = []): Contacts {
  const all = given.flatMap((one) => wire.contact.safeParse(one).data ?? []);
  const only = all.length === 1 ? all[0] : undefined;
  const known = new Map<string, wire.Contact>();
  for (const contact of all)
    for (const id of [contact.wa_id, contact.user_id]) if (id !== undefined && !known.has(id)) known.set(id, contact);
  return {
    nameOf({ from = '', from_user_id: userId = '' }) {
      const { profile } = known.get(from) ?? known.get(userId) ?? only ?? {};
      return profile?.name ?? profile?.username;
    },
  };
}
