import type { Caller } from '../../access/caller.js';
import { combineContacts, partsOf, type WholeContact } from '../contact/combine.js';
import { refuseOwnId } from '../conversation/decide.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, MergeContacts, UserError } from './commands.js';
import { decideMerge, type MergeVerdict } from './decide-merge.js';
import { decideOnRows } from './decided-message.js';
import { findContact, lookSettled } from './find-contact.js';
import type { Settle } from './fresh-lookup.js';

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
/** In memory, as the events will make it; read again where others merged them meanwhile, or before. */
async function answer(
  deps: CommandDeps,
  settle: Settle,
  verdict: MergeVerdict,
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
