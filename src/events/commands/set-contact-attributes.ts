import type { Caller } from '../../access/caller.js';
import { combineContacts, partsOf, type WholeContact } from '../contact/combine.js';
import type { ContactEvent } from '../contact/events.js';
import { evolveContact } from '../contact/evolve.js';
import type { ContactState } from '../contact/state.js';
import { refuseAttributes } from '../conversation/refuse-attributes.js';
import { mergeAttributes, type Attributes } from '../kernel/attributes.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import { traced } from '../kernel/trace-context.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, SetContactAttributes } from './commands.js';
import { findContactFor } from './find-contact.js';
import type { Settle } from './fresh-lookup.js';

type AttributesChanged = Extract<ContactEvent, { type: 'contact.attributes_changed' }>;

/** As with a conversation's: decided by all that was answered before, and nothing is appended where it is so already. */
export function createSetContactAttributes(deps: CommandDeps, settle: Settle) {
  return async (
    caller: Caller,
    input: SetContactAttributes,
    givenUp: AbortSignal,
  ): Promise<CommandResult<WholeContact>> => {
    const { attributes, actorId } = input;
    const found = await findContactFor(deps, settle, caller, input);
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const contact = found.value;
    const refusal = refuseAttributes(contact.attributes, attributes);
    if (refusal !== undefined) return { ok: false, userErrors: [refusal] };
    givenUp.throwIfAborted();
    return change(deps, contact, attributes, actorId);
  };
}

/** What goes has to go of each that has it: else what was hidden behind it would come forth. */
async function change(
  deps: CommandDeps,
  contact: WholeContact,
  attributes: Attributes,
  actorId: string | undefined,
): Promise<CommandResult<WholeContact>> {
  const [own, ...absorbed] = partsOf(contact);
  const taken = Object.entries(attributes).filter(([, value]) => value === null);
  const after: ContactState[] = [];
  const positions = [];
  for (const part of [own, ...absorbed]) {
    const wish = part === own ? attributes : Object.fromEntries(taken.filter(([name]) => name in part.attributes));
    if (canonicalJson(mergeAttributes(part.attributes, wish)) === canonicalJson(part.attributes)) {
      after.push(part);
      continue;
    }
    const event = eventOf(deps, part, wish, actorId);
    const position = await deps.outbox.append(event);
    positions.push(position);
    after.push(evolveContact(part, { event, position }));
  }
  const [first = own, ...others] = after;
  return { ok: true, value: combineContacts(first, others), cursor: raiseCursor(deps.feed.tail(), positions) };
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
