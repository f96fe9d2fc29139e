import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import { UnavailableError } from '../../errors.js';
import type { ParleyEvent } from '../catalog.js';
import type { WholeContact } from '../contact/combine.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { channelIds } from '../kernel/ids.js';
import { traced } from '../kernel/trace-context.js';
import type { ThreadRequest } from '../outbox/address-book.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { AddContactAddress, CommandResult, UserError } from './commands.js';
import { decideOnRows } from './decided-message.js';
import { findContactFor } from './find-contact.js';
import type { Settle } from './fresh-lookup.js';
import { decideMerge, TOO_MANY } from './decide-merge.js';
import { CONTACTS_MERGED_MAX, findMerged, lockMerges } from './merge-rows.js';
import { insertStandings } from './contact-standings.js';

/** Undefined: the address has a thread already. */
type Added = readonly ParleyEvent[] | undefined;

/** How long the answer waits to show it. */
const PROJECTION_WAIT_MS = 2_000;

/**
 * Gives a contact an address that nobody has. The thread is made that a send would make (rule 5), and whoever would be
 * behind it is merged into the contact, in one transaction: there is no other way for a contact to have an address.
 */
export function createAddContactAddress(deps: CommandDeps, settle: Settle) {
  return async (
    caller: Caller,
    input: AddContactAddress,
    givenUp: AbortSignal,
  ): Promise<CommandResult<WholeContact>> => {
    const { channelId, address, actorId } = input;
    const found = await findContactFor(deps, settle, caller, input);
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const contact = found.value;
    const place = await findPlace(deps, caller, channelId, address);
    if (!place.ok) return { ok: false, userErrors: place.refusals };
    givenUp.throwIfAborted();
    const added = await decideOnRows(deps, (tx) => add(deps, tx, contact, place.value, actorId));
    if (!added.ok) return { ok: false, userErrors: added.refusals };
    if (added.value === undefined) return answerKnown(deps, settle, contact, place.value);
    const cursor = raiseCursor(deps.feed.tail(), await deps.outbox.publish(added.value));
    await deps.feed.waitUntilPassed(cursor, PROJECTION_WAIT_MS);
    const [value = contact] = await deps.finders.contacts(caller.workspaceId, [contact.id]);
    return { ok: true, value, cursor };
  };
}

/** An unknown and a foreign channel are the same refusal. */
async function findPlace(
  { directory, providers, trace }: CommandDeps,
  { workspaceId }: Caller,
  channelId: string,
  address: string,
): Promise<Decision<ThreadRequest, UserError>> {
  const id = channelIds.parse(channelId);
  if (id === undefined)
    return refused({ code: 'INPUT_INVALID', message: 'Not the id of a channel.', field: ['channelId'] });
  const channel = await directory.find(id);
  const adapter = channel && providers.get(channel.provider);
  if (channel?.workspaceId !== workspaceId || adapter === undefined)
    return refused({ code: 'CHANNEL_NOT_FOUND', message: 'No such channel.', field: ['channelId'] });
  const normalized = adapter.normalizeAddress(channel.platform, address);
  if (normalized !== undefined)
    return accepted({ workspaceId, channelId: id, address: normalized, ...traced(trace?.()) });
  return refused({ code: 'RECIPIENT_INVALID', message: 'Not an address of this platform.', field: ['address'] });
}

/** Merges of the workspace wait from the first look on: there is room for one more until the end. */
async function add(
  deps: CommandDeps,
  tx: Transaction,
  { id: into, workspaceId }: WholeContact,
  place: ThreadRequest,
  actorId: string | undefined,
): Promise<Decision<Added, UserError>> {
  await lockMerges(tx, workspaceId);
  await insertStandings(tx, workspaceId, [into]);
  const [known] = await deps.addressBook.find(tx, [place]);
  if (known !== undefined) return accepted(undefined);
  const shown = await findMerged(tx, into, into);
  if (shown.into.count >= CONTACTS_MERGED_MAX) return refused({ ...TOO_MANY, field: ['contactId'] });
  const { threads, opened } = await deps.addressBook.claim(tx, [place], deps.clock.now());
  const [thread] = threads;
  if (thread === undefined || opened.length === 0) return accepted(undefined);
  const merged = await decideMerge(deps, tx, { from: thread.contactId, into, workspaceId, actorId });
  if (!merged.ok || merged.value.kind !== 'merged') throw new Error('A contact that was just made is somebody else.');
  return accepted([...opened, ...merged.value.events]);
}

/** Said again it is the same; of somebody else it is for the caller to say that they are one. */
async function answerKnown(
  { addressBook, database, finders, feed }: CommandDeps,
  settle: Settle,
  contact: WholeContact,
  place: ThreadRequest,
): Promise<CommandResult<WholeContact>> {
  const [thread] = await addressBook.find(database.orm, [place]);
  if (thread !== undefined) await Promise.all([settle(thread.contactId), settle(contact.id)]);
  const [owner, shown] =
    thread === undefined ? [] : await finders.contacts(place.workspaceId, [thread.contactId, contact.id]);
  if (owner === undefined || shown === undefined)
    throw new UnavailableError('This address is being recorded just now. Try again in a moment.');
  if (owner.id === shown.id) return { ok: true, value: shown, cursor: feed.tail() };
  const message = 'Another contact has this address. `mergeContacts` says that they are the same person.';
  return { ok: false, userErrors: [{ code: 'INPUT_INVALID', message, field: ['address'] }] };
}
