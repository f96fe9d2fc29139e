import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import { partsOf, type WholeContact } from '../contact/combine.js';
import type { StandingEvent } from '../contact/events.js';
import { refuseOwnId } from '../conversation/decide.js';
import type { ContactId } from '../kernel/ids.js';
import { instantOf } from '../kernel/instant.js';
import { traced } from '../kernel/trace-context.js';
import type { StoredEvent } from '../outbox/outbox.js';
import { findWaiting } from '../outbox/outbox-rows.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, ContactStanding, SetContactStanding } from './commands.js';
import { insertStandings, lockStandings, writeStanding, type Standings } from './contact-standings.js';
import { decideOnRows } from './decided-message.js';
import { findContact } from './find-contact.js';
import type { FreshLookup, Settle } from './fresh-lookup.js';

type Verdict =
  | { readonly kind: 'said'; readonly events: readonly StandingEvent[] }
  /** It is so already; what said it may still have to be appended. */
  | { readonly kind: 'again'; readonly stored: readonly StoredEvent[] };

/**
 * Says whether anything may be sent to a contact. Rows and events agree (rule 3): the rows refuse sends from the commit on,
 * on every instance, and their revisions tell which of two events is the later one, in whatever order they reach the log.
 * Of several that were merged any one refuses for all: it is said of the one that is shown, and taken back of each.
 */
export function createSetContactStanding(deps: CommandDeps, freshly: FreshLookup, settle: Settle) {
  return async (
    caller: Caller,
    { contactId, standing, actorId }: SetContactStanding,
    givenUp: AbortSignal,
  ): Promise<CommandResult<WholeContact>> => {
    const refusals = refuseOwnId('actorId', actorId);
    if (refusals.length > 0) return { ok: false, userErrors: refusals };
    const found = await findContact(deps, caller, contactId, (_id, find) => freshly(find));
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const contact = found.value;
    givenUp.throwIfAborted();
    const verdict = await decideOnRows(deps, (tx) => decide(deps, tx, contact, { standing, actorId }));
    return verdict.kind === 'said'
      ? answer(deps, contact, standing, verdict.events)
      : answerAgain(deps, settle, caller, contact, verdict.stored);
  };
}

const TYPE_OF: Readonly<Record<ContactStanding, StandingEvent['type']>> = {
  block: 'contact.blocked',
  unblock: 'contact.unblocked',
  optOut: 'contact.opted_out',
  optIn: 'contact.opted_in',
};

const isRefusal = (standing: ContactStanding): boolean => standing === 'block' || standing === 'optOut';

async function decide(
  deps: CommandDeps,
  tx: Transaction,
  contact: WholeContact,
  said: Pick<SetContactStanding, 'standing' | 'actorId'>,
): Promise<Verdict> {
  const { standing } = said;
  await insertStandings(tx, contact.workspaceId, [contact.id]);
  const standings = await lockStandings(tx, contact.id, standing);
  const changed = changedBy(standings, standing);
  if (changed.length === 0) return { kind: 'again', stored: await findStored(deps, tx, standings, standing) };
  const events: StandingEvent[] = [];
  for (const { contactId, revision } of changed) {
    const after = { contactId, isSo: isRefusal(standing), revision: revision + 1 };
    await writeStanding(tx, standing, after);
    events.push(eventOf(deps, contact, said, after));
  }
  await deps.outbox.enqueue(tx, events);
  return { kind: 'said', events };
}

/** Whose rows say otherwise, and have to say it. */
function changedBy({ shownId, of }: Standings, standing: ContactStanding): Standings['of'] {
  const refusing = of.filter(({ isSo }) => isSo);
  if (!isRefusal(standing)) return refusing;
  const own = of.filter(({ contactId }) => contactId === shownId);
  return refusing.length > 0 ? [] : own.length > 0 ? own : of.slice(0, 1);
}

/** Of the last words of this kind those that aren't in the log yet. */
async function findStored(
  deps: CommandDeps,
  tx: Transaction,
  { of }: Standings,
  standing: ContactStanding,
): Promise<readonly StoredEvent[]> {
  const stored: StoredEvent[] = [];
  for (const { contactId, isSo, revision } of of) {
    if (isSo !== isRefusal(standing) || revision === 0) continue;
    const found = await findWaiting(tx, eventIdOf(deps, contactId, standing, revision));
    if (found !== undefined) stored.push(found);
  }
  return stored;
}

const eventIdOf = ({ identity }: CommandDeps, id: ContactId, standing: ContactStanding, revision: number) =>
  identity.ofCommand(id, String(revision), TYPE_OF[standing]);

function eventOf(
  deps: CommandDeps,
  { workspaceId }: WholeContact,
  { standing, actorId }: Pick<SetContactStanding, 'standing' | 'actorId'>,
  { contactId, revision }: Standings['of'][number],
): StandingEvent {
  const at = deps.clock.now().toISOString();
  return {
    id: eventIdOf(deps, contactId, standing, revision),
    ...{ type: TYPE_OF[standing], version: 1, workspaceId, contactId },
    ...{ occurredAt: at, recordedAt: at },
    ...traced(deps.trace?.()),
    data: { revision, ...(actorId === undefined ? {} : { actorId }) },
  };
}

async function answer(
  { outbox, feed }: CommandDeps,
  contact: WholeContact,
  standing: ContactStanding,
  events: readonly StandingEvent[],
): Promise<CommandResult<WholeContact>> {
  const positions = await outbox.publish(events);
  const [first] = events;
  const since = isRefusal(standing) && first !== undefined ? instantOf(first.occurredAt) : null;
  const isBlock = standing === 'block' || standing === 'unblock';
  const value = { ...contact, ...(isBlock ? { blockedAt: since } : { optedOutAt: since }) };
  return { ok: true, value, cursor: raiseCursor(feed.tail(), positions) };
}

/** Whoever repeats it is answered the same: the log has it, and the projection soon. */
async function answerAgain(
  { outbox, finders, feed }: CommandDeps,
  settle: Settle,
  { workspaceId }: Caller,
  contact: WholeContact,
  stored: readonly StoredEvent[],
): Promise<CommandResult<WholeContact>> {
  const positions = await Promise.all(stored.map((one) => outbox.publishStored(one)));
  await Promise.all(partsOf(contact).map(({ id }) => settle(id)));
  const [value = contact] = await finders.contacts(workspaceId, [contact.id]);
  return { ok: true, value, cursor: raiseCursor(feed.tail(), positions) };
}
