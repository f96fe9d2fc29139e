import type { Transaction } from '../../database/database.js';
import type { MergeEvent } from '../contact/events.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import type { ContactId, WorkspaceId } from '../kernel/ids.js';
import { traced } from '../kernel/trace-context.js';
import type { StoredEvent } from '../outbox/outbox.js';
import { findWaiting } from '../outbox/outbox-rows.js';
import type { CommandDeps } from './command-deps.js';
import type { UserError } from './commands.js';
import { insertStandings } from './contact-standings.js';
import { CONTACTS_MERGED_MAX, findMerged, lockMerges, lockMoving, pointTo, type MergedRow } from './merge-rows.js';

export type MergeDeps = Pick<CommandDeps, 'identity' | 'outbox' | 'clock' | 'trace'>;

/** Who is to be shown in whose place. */
export interface MergeWish {
  readonly from: ContactId;
  readonly into: ContactId;
  readonly workspaceId: WorkspaceId;
  readonly actorId: string | undefined;
}

export type MergeVerdict =
  | { readonly kind: 'merged'; readonly into: ContactId; readonly events: readonly MergeEvent[] }
  /** They are one already; what said it may still have to be appended. */
  | { readonly kind: 'again'; readonly into: ContactId; readonly stored: readonly StoredEvent[] };

export const TOO_MANY: UserError = {
  code: 'INPUT_INVALID',
  message: `At most ${CONTACTS_MERGED_MAX} contacts may be shown as one.`,
  field: ['fromContactId'],
};

/** On the rows, which say it from the commit on; its events are in the outbox then. */
export async function decideMerge(
  deps: MergeDeps,
  tx: Transaction,
  wish: MergeWish,
): Promise<Decision<MergeVerdict, UserError>> {
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
  deps: MergeDeps,
  { workspaceId, actorId }: MergeWish,
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
const idsOf = ({ identity }: Pick<MergeDeps, 'identity'>, into: ContactId, { contactId, revision }: MergedRow) => ({
  merged: identity.ofCommand(contactId, String(revision), 'contact.merged'),
  absorbed: identity.ofCommand(into, `${contactId} ${revision}`, 'contact.absorbed'),
});

async function findStored(
  deps: MergeDeps,
  tx: Transaction,
  into: ContactId,
  row: MergedRow,
): Promise<readonly StoredEvent[]> {
  const { merged, absorbed } = idsOf(deps, into, row);
  return [await findWaiting(tx, merged), await findWaiting(tx, absorbed)].filter((one) => one !== undefined);
}
