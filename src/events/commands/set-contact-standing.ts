import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import type { StandingEvent } from '../contact/events.js';
import { evolveContact } from '../contact/evolve.js';
import type { ContactState } from '../contact/state.js';
import { refuseOwnId } from '../conversation/decide.js';
import { traced } from '../kernel/trace-context.js';
import type { AppendedPosition } from '../log/event-log.js';
import { findWaiting } from '../outbox/outbox-rows.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, ContactStanding, SetContactStanding } from './commands.js';
import { lockStanding, writeStanding } from './contact-standings.js';
import { decideOnRows } from './decided-message.js';
import { findContact } from './find-contact.js';
import type { FreshLookup, Settle } from './fresh-lookup.js';

type Verdict =
  | { readonly kind: 'said'; readonly event: StandingEvent }
  /** It is so already; what said it may still have to be appended. */
  | { readonly kind: 'again'; readonly publish: (() => Promise<AppendedPosition>) | undefined };

/**
 * Says whether anything may be sent to a contact. Row and event agree (rule 3): the row refuses sends from the commit on, on
 * every instance, and its revision tells which of two events is the later one, in whatever order they reach the log.
 */
export function createSetContactStanding(deps: CommandDeps, freshly: FreshLookup, settle: Settle) {
  return async (
    caller: Caller,
    { contactId, standing, actorId }: SetContactStanding,
    givenUp: AbortSignal,
  ): Promise<CommandResult<ContactState>> => {
    const refusals = refuseOwnId('actorId', actorId);
    if (refusals.length > 0) return { ok: false, userErrors: refusals };
    const found = await findContact(deps, caller, contactId, (_id, find) => freshly(find));
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const contact = found.value;
    givenUp.throwIfAborted();
    const verdict = await decideOnRows(deps, (tx) => decide(deps, tx, contact, { standing, actorId }));
    return verdict.kind === 'said'
      ? answer(deps, contact, verdict.event)
      : answerAgain(deps, settle, caller, contact, verdict.publish);
  };
}

const TYPE_OF: Readonly<Record<ContactStanding, StandingEvent['type']>> = {
  block: 'contact.blocked',
  unblock: 'contact.unblocked',
  optOut: 'contact.opted_out',
  optIn: 'contact.opted_in',
};

async function decide(
  deps: CommandDeps,
  tx: Transaction,
  contact: ContactState,
  said: Pick<SetContactStanding, 'standing' | 'actorId'>,
): Promise<Verdict> {
  const { standing } = said;
  const before = await lockStanding(tx, contact, standing);
  const isSo = standing === 'block' || standing === 'optOut';
  if (before.isSo === isSo) {
    const stored = await findWaiting(tx, eventIdOf(deps, contact, standing, before.revision));
    return { kind: 'again', publish: stored && (() => deps.outbox.publishStored(stored)) };
  }
  const revision = before.revision + 1;
  await writeStanding(tx, contact, standing, { isSo, revision });
  const event = eventOf(deps, contact, said, revision);
  await deps.outbox.enqueue(tx, [event]);
  return { kind: 'said', event };
}

const eventIdOf = ({ identity }: CommandDeps, { id }: ContactState, standing: ContactStanding, revision: number) =>
  identity.ofCommand(id, String(revision), TYPE_OF[standing]);

function eventOf(
  deps: CommandDeps,
  contact: ContactState,
  { standing, actorId }: Pick<SetContactStanding, 'standing' | 'actorId'>,
  revision: number,
): StandingEvent {
  const at = deps.clock.now().toISOString();
  return {
    id: eventIdOf(deps, contact, standing, revision),
    ...{ type: TYPE_OF[standing], version: 1, workspaceId: contact.workspaceId, contactId: contact.id },
    ...{ occurredAt: at, recordedAt: at },
    ...traced(deps.trace?.()),
    data: { revision, ...(actorId === undefined ? {} : { actorId }) },
  };
}

async function answer(
  { outbox, feed }: CommandDeps,
  contact: ContactState,
  event: StandingEvent,
): Promise<CommandResult<ContactState>> {
  const [position] = await outbox.publish([event]);
  if (position === undefined) throw new Error('The outbox answers each event with its position.');
  return { ok: true, value: evolveContact(contact, { event, position }), cursor: raiseCursor(feed.tail(), [position]) };
}

/** Whoever repeats it is answered the same: the log has it, and the projection soon. */
async function answerAgain(
  { finders, feed }: CommandDeps,
  settle: Settle,
  { workspaceId }: Caller,
  contact: ContactState,
  publish: (() => Promise<AppendedPosition>) | undefined,
): Promise<CommandResult<ContactState>> {
  const position = await publish?.();
  await settle(contact.id);
  const [value = contact] = await finders.contacts(workspaceId, [contact.id]);
  return { ok: true, value, cursor: raiseCursor(feed.tail(), position === undefined ? [] : [position]) };
}
