import type { Caller } from '../../access/caller.js';
import type { ContactEvent } from '../contact/events.js';
import { evolveContact } from '../contact/evolve.js';
import type { ContactState } from '../contact/state.js';
import { refuseOwnId } from '../conversation/decide.js';
import { refuseAttributes } from '../conversation/refuse-attributes.js';
import { mergeAttributes } from '../kernel/attributes.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import { traced } from '../kernel/trace-context.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, SetContactAttributes } from './commands.js';
import { findContact } from './find-contact.js';
import type { Settle } from './fresh-lookup.js';

type AttributesChanged = Extract<ContactEvent, { type: 'contact.attributes_changed' }>;

/** As with a conversation's: decided by all that was answered before, and nothing is appended where it is so already. */
export function createSetContactAttributes(deps: CommandDeps, settle: Settle) {
  return async (
    caller: Caller,
    { contactId, attributes, actorId }: SetContactAttributes,
    givenUp: AbortSignal,
  ): Promise<CommandResult<ContactState>> => {
    const refusals = refuseOwnId('actorId', actorId);
    if (refusals.length > 0) return { ok: false, userErrors: refusals };
    const found = await findContact(deps, caller, contactId, async (id, find) => {
      await settle(id);
      return find();
    });
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const contact = found.value;
    const refusal = refuseAttributes(contact.attributes, attributes);
    if (refusal !== undefined) return { ok: false, userErrors: [refusal] };
    const after = mergeAttributes(contact.attributes, attributes);
    if (canonicalJson(after) === canonicalJson(contact.attributes))
      return { ok: true, value: contact, cursor: deps.feed.tail() };
    givenUp.throwIfAborted();
    const event = eventOf(deps, contact, attributes, actorId);
    const position = await deps.outbox.append(event);
    const value = evolveContact(contact, { event, position });
    return { ok: true, value, cursor: raiseCursor(deps.feed.tail(), [position]) };
  };
}

/** Whoever says the same of the same state says the same event; of the state its revision tells. */
function eventOf(
  { identity, clock, trace }: CommandDeps,
  { id, workspaceId, attributesRevision }: ContactState,
  attributes: SetContactAttributes['attributes'],
  actorId: string | undefined,
): AttributesChanged {
  const at = clock.now().toISOString();
  const data = { ...(actorId === undefined ? {} : { actorId }), content: { attributes } };
  return {
    id: identity.ofCommand(id, `${attributesRevision} ${canonicalJson(data)}`, 'contact.attributes_changed'),
    ...{ type: 'contact.attributes_changed', version: 1, workspaceId, contactId: id },
    ...{ occurredAt: at, recordedAt: at },
    ...traced(trace?.()),
    data,
  };
}
