import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import { combineContacts, partsOf, type WholeContact } from '../contact/combine.js';
import type { MergeEvent } from '../contact/events.js';
import { refuseOwnId } from '../conversation/decide.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import type { ContactId } from '../kernel/ids.js';
import { traced } from '../kernel/trace-context.js';
import type { StoredEvent } from '../outbox/outbox.js';
import { findWaiting } from '../outbox/outbox-rows.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, MergeContacts, UserError } from './commands.js';
import { insertStandings } from './contact-standings.js';
import { decideOnRows } from './decided-message.js';
import { findContact, lookSettled } from './find-contact.js';
import type { Settle } from './fresh-lookup.js';
import { CONTACTS_MERGED_MAX, findMerged, lockMerges, lockMoving, pointTo, type MergedRow } from './merge-rows.js';

interface Wish {
  readonly from: ContactId;
  readonly into: ContactId;
  readonly workspaceId: Caller['workspaceId'];
  readonly actorId: string | undefined;
}

type Verdict =
  | { readonly kind: 'merged'; readonly into: ContactId; readonly events: readonly MergeEvent[] }
  /** They are one already; what said it may still have to be appended. */
  | { readonly kind: 'again'; readonly into: ContactId; readonly stored: readonly StoredEvent[] };

/**
 * Shows one contact in another one's place, with all that was merged into it before. Nothing else moves: threads, keys and
 * rows stay whose they are, and what any of them says about being written to holds for all, from the commit on.
 *
 * Rows decide who is shown, one merge of a workspace after another, so that two that name each other at once end as one
 * chain; the events say the same, once under each key.
 */
export function createMergeContacts(deps: CommandDeps, settle: Settle) {
  return async (caller: Caller, input: MergeContacts, givenUp: AbortSignal): Promise<CommandResult<WholeContact>> => {
    const { fromContactId, intoContactId, actorId } = input;
    const refusals = refuseOwnId('actorId', actorId);
    if (refusals.length > 0) return { ok: false, userErrors: refusals };
    if (fromContactId === intoContactId) return { ok: false, userErrors: [SAME] };
    const find = (text: string, field: string) => findContact(deps, caller, text, lookSettled(settle), field);
    const from = await find(fromContactId, 'fromContactId');
    if (!from.ok) return { ok: false, userErrors: from.refusals };
    const into = await find(intoContactId, 'intoContactId');
    if (!into.ok) return { ok: false, userErrors: into.refusals };
    givenUp.throwIfAborted();
    const wish = { from: from.value.id, into: into.value.id, workspaceId: caller.workspaceId, actorId };
    const verdict = await decideOnRows(deps, (tx) => decideMerge(deps, tx, wish));
    if (!verdict.ok) return { ok: false, userErrors: verdict.refusals };
    return answer(deps, settle, verdict.value, from.value, into.value);
  };
}

const SAME: UserError = {
  ...{ code: 'INPUT_INVALID', message: 'It names the same contact twice.', field: ['fromContactId'] },
};
export const TOO_MANY: UserError = {
  code: 'INPUT_INVALID',
  message: `At most ${CONTACTS_MERGED_MAX} contacts may be shown as one.`,
  field: ['fromContactId'],
};

/** On the rows, which say it from the commit on; its events are in the outbox then. */
export async function decideMerge(
  deps: CommandDeps,
  tx: Transaction,
  wish: Wish,
): Promise<Decision<Verdict, UserError>> {
  await lockMerges(tx, wish.workspaceId);
  await insertStandings(tx, wish.workspaceId, [wish.from, wish.into]);
  const { from, into } = await findMerged(tx, wish.from, wish.into);
  if (from.shownId === into.shownId)
    return accepted({ kind: 'again', into: into.shownId, stored: await findStored(deps, tx, into.shownId, from.row) });
  if (from.count + into.count > CONTACTS_MERGED_MAX) return refused(TOO_MANY);
  const moving = await lockMoving(tx, from.shownId);
  await pointTo(tx, moving, into.shownId);
  const events = moving.flatMap((row) => eventsOf(deps, wish, into.shownId, row));
  await deps.outbox.enqueue(tx, events);
  return accepted({ kind: 'merged', into: into.shownId, events });
}

/** What concerns both is said once under each key (rule 8). */
function eventsOf(
  deps: CommandDeps,
  { workspaceId, actorId }: Wish,
  into: ContactId,
  { contactId, revision: before }: MergedRow,
): readonly MergeEvent[] {
  const revision = before + 1;
  const ids = idsOf(deps, into, { contactId, revision });
  const at = deps.clock.now().toISOString();
  const envelope = { version: 1, workspaceId, occurredAt: at, recordedAt: at, ...traced(deps.trace?.()) };
  const actor = actorId === undefined ? {} : { actorId };
  return [
    {
      ...{ id: ids.merged, type: 'contact.merged', ...envelope, contactId },
      data: { intoContactId: into, revision, ...actor },
    },
    {
      ...{ id: ids.absorbed, type: 'contact.absorbed', ...envelope, contactId: into },
      data: { fromContactId: contactId, ...actor },
    },
  ];
}

/** By the revision: each is said once. */
const idsOf = ({ identity }: CommandDeps, into: ContactId, { contactId, revision }: MergedRow) => ({
  merged: identity.ofCommand(contactId, String(revision), 'contact.merged'),
  absorbed: identity.ofCommand(into, `${contactId} ${revision}`, 'contact.absorbed'),
});

async function findStored(
  deps: CommandDeps,
  tx: Transaction,
  into: ContactId,
  row: MergedRow,
): Promise<readonly StoredEvent[]> {
  const { merged, absorbed } = idsOf(deps, into, row);
  return [await findWaiting(tx, merged), await findWaiting(tx, absorbed)].filter((one) => one !== undefined);
}

/** In memory, as the events will make it; read again where others merged them meanwhile, or before. */
async function answer(
  deps: CommandDeps,
  settle: Settle,
  verdict: Verdict,
  from: WholeContact,
  into: WholeContact,
): Promise<CommandResult<WholeContact>> {
  const { outbox, feed, finders } = deps;
  const positions =
    verdict.kind === 'merged'
      ? await outbox.publish(verdict.events)
      : await Promise.all(verdict.stored.map((one) => outbox.publishStored(one)));
  const cursor = raiseCursor(feed.tail(), positions);
  const [own, ...others] = partsOf(into);
  if (verdict.kind === 'merged' && verdict.into === own.id)
    return { ok: true, value: combineContacts(own, [...others, ...partsOf(from)]), cursor };
  await Promise.all([from.id, into.id, verdict.into].map(settle));
  const [value = into] = await finders.contacts(into.workspaceId, [verdict.into]);
  return { ok: true, value, cursor };
}
