import type { UserError, UserErrorCode } from '../events/commands/commands.js';
import { accepted, refused } from '../events/kernel/decision.js';
import { partsOf } from '../events/contact/combine.js';
import { partsOf as threadsOf } from '../events/conversation/combine.js';
import { contactIds, conversationIds, type IdCodec } from '../events/kernel/ids.js';
import type { Administration, AdministrationDeps, ClientTokenInput } from './administration.js';
import { recordAudit } from './audit.js';
import type { Caller } from './caller.js';
import { CLIENT_TOKEN_IDS_MAX, signClientToken } from './client-tokens.js';
import { refusal } from './judge-key.js';
import { tell } from './tell.js';

/** A token can't be taken back by itself, only with its key: a day is the most that anybody has to wait. */
export const CLIENT_TOKEN_SECONDS_MAX = 86_400;

/**
 * A token for a browser: it may read what it names, and no more than the key that makes it. Whatever it opens, that key
 * could have read out to the browser itself, so nothing more is asked of it than that it may read.
 */
export const createClientTokenCommand =
  (deps: AdministrationDeps): Administration['createClientToken'] =>
  async (caller, input) => {
    const { clock, clientTokens, database, outbox } = deps;
    const refusals = refuseForm(input);
    if (refusals.length > 0) return refused(...refusals);
    const [conversations, contacts] = await Promise.all([
      findAll(conversationIds, input.conversationIds, async (ids) =>
        deps.finders.conversations(caller.workspaceId, ids),
      ),
      findAll(contactIds, input.contactIds, async (ids) => deps.finders.contacts(caller.workspaceId, ids)),
    ]);
    const unknown = [
      ...missing(conversations, 'CONVERSATION_NOT_FOUND', 'conversationIds'),
      ...missing(contacts, 'CONTACT_NOT_FOUND', 'contactIds'),
    ];
    if (unknown.length > 0) return refused(...unknown);
    const now = clock.now();
    const limits = {
      // With all that is shown as one with them: what they say would be hidden otherwise.
      conversationIds: idsOf(conversations.flatMap((one) => one && threadsOf(one))),
      // With everybody who is shown as one with them: it is by their ids that their threads are known.
      contactIds: idsOf(contacts.flatMap((contact) => contact && partsOf(contact))),
    };
    if (limits.conversationIds.length + limits.contactIds.length > CLIENT_TOKEN_IDS_MAX) return refused(TOO_MANY);
    const expiresAt = endOf(caller, now.getTime() + input.expiresInSeconds * 1_000);
    const { workspaceId, keyId } = caller;
    const token = await signClientToken(clientTokens, { ...limits, workspaceId, keyId, issuedAt: now, expiresAt });
    const subjectId = [...limits.conversationIds, ...limits.contactIds][0] ?? keyId;
    const audited = { action: 'client_token.create', workspaceId, subjectId, actorKeyId: keyId } as const;
    await tell(outbox, [await database.transaction((tx) => recordAudit(tx, audited, now))]);
    return accepted({ token, expiresAt });
  };

const TOO_MANY = refusal(
  'INPUT_INVALID',
  `At most ${CLIENT_TOKEN_IDS_MAX} conversations and contacts together, those that were merged into them included.`,
);

function refuseForm({ conversationIds: named, contactIds: people, expiresInSeconds }: ClientTokenInput): UserError[] {
  const count = named.length + people.length;
  const refusals: UserError[] = [];
  if (count === 0) refusals.push(refusal('INPUT_INVALID', 'Name at least one conversation or contact.'));
  if (count > CLIENT_TOKEN_IDS_MAX) refusals.push(TOO_MANY);
  if (expiresInSeconds < 1 || expiresInSeconds > CLIENT_TOKEN_SECONDS_MAX)
    refusals.push(refusal('INPUT_INVALID', `1 to ${CLIENT_TOKEN_SECONDS_MAX} seconds.`, 'expiresInSeconds'));
  return refusals;
}

/** In the order given, as they are found; undefined for what is no id, unknown or another workspace's: all the same. */
async function findAll<Id extends string, Found>(
  codec: IdCodec<Id>,
  texts: readonly string[],
  find: (ids: readonly Id[]) => Promise<readonly (Found | undefined)[]>,
): Promise<readonly (Found | undefined)[]> {
  const parsed = texts.map((text) => codec.parse(text));
  const ids = parsed.filter((id) => id !== undefined);
  const found = ids.length === 0 ? [] : await find(ids);
  const foundBy = new Map(ids.map((id, index) => [id, found[index]]));
  return parsed.map((id) => (id === undefined ? undefined : foundBy.get(id)));
}

const missing = (found: readonly unknown[], code: UserErrorCode, field: string): UserError[] =>
  found.flatMap((one, index) =>
    one === undefined ? [refusal(code, 'There is none with this id.', field, String(index))] : [],
  );

const idsOf = <Id extends string>(found: readonly ({ readonly id: Id } | undefined)[]): readonly Id[] => [
  ...new Set(found.flatMap((one) => (one === undefined ? [] : [one.id]))),
];

/** To the second, as tokens have it; and no token outlives its key. */
function endOf({ expiresAt }: Caller, at: number): Date {
  const end = expiresAt === null ? at : Math.min(at, expiresAt.getTime());
  return new Date(Math.floor(end / 1_000) * 1_000);
}
