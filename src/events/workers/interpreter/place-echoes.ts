import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import type { Identity } from '../../event-identity.js';
import type { MessageId } from '../../kernel/ids.js';
import type { MessageEvent } from '../../message/events.js';
import { recordProviderMessages } from '../provider-messages.js';
import { findCallsOf, type KnownCall } from './calls.js';
import { echoedEvent, echoedMessageId, isEcho, type Echo } from './echo.js';
import type { ReceiptFate, ReceiptFates } from './place-receipts.js';
import type { Receipt } from './receipt.js';
import type { Addressed, ClaimedThreads } from './threads.js';

/** Its message is none that was sent from here: nothing else is found for it, or what it became when it was first heard. */
function isFromElsewhere(receipt: Receipt, fate: ReceiptFate | undefined, identity: Identity): receipt is Echo {
  if (!isEcho(receipt) || fate === undefined || fate === 'parked') return false;
  return fate === 'orphaned' || fate.messageId === echoedMessageId(receipt, identity);
}

/** What its thread is asked for by. */
const addressedBy = (echo: Echo, isHistory?: true): Addressed => ({
  raw: {
    ...{ workspaceId: echo.workspaceId, channelId: echo.channelId, trace: echo.trace },
    receivedAt: new Date(echo.facts.occurredAt),
  },
  said: { address: echo.facts.echo.address },
  ...(isHistory === true && { isHistory }),
});

/** Of receipts those that are none, with what their threads are asked for by. */
export const fromElsewhere = (fates: ReceiptFates, identity: Identity, isHistory?: true): Map<Echo, Addressed> =>
  new Map(
    [...fates].flatMap(([receipt, fate]): [Echo, Addressed][] =>
      isFromElsewhere(receipt, fate, identity) ? [[receipt, addressedBy(receipt, isHistory)]] : [],
    ),
  );

/**
 * The event of each, and the provider's ids for the receipts that follow; those that came before are woken.
 * @param echoes with what their threads were claimed by
 */
export async function placeEchoes(
  tx: Transaction,
  echoes: ReadonlyMap<Echo, Addressed>,
  threads: ClaimedThreads,
  { identity, now }: { readonly identity: Identity; readonly now: Date },
): Promise<ReadonlyMap<Receipt, ParleyEvent>> {
  if (echoes.size === 0) return new Map();
  const placed = [...echoes].map(([echo, addressed]) => ({ echo, thread: threads.of(addressed) }));
  await recordProviderMessages(
    tx,
    placed.map(({ echo, thread: { conversationId } }) => {
      const { workspaceId, channelId, providerMessageId } = echo;
      const messageId = echoedMessageId(echo, identity);
      return { workspaceId, channelId, providerMessageId, conversationId, messageId, attempt: 1, part: 0 };
    }),
  );
  const channels = [...new Set(placed.map(({ echo }) => echo.channelId))];
  await tx.execute(sql`select pg_notify('parley_parked', c) from unnest(${sql.param(channels)}::text[]) as c`);
  const repliedTo = await findCallsOf(tx, [...echoes.keys()], ({ channelId, facts }) => ({
    ...{ channelId, providerMessageId: facts.echo.replyToProviderMessageId },
  }));
  return new Map(
    placed.map(({ echo, thread }): [Receipt, MessageEvent] => [
      echo,
      echoedEvent(echo, { thread, replyTo: replyToOf(echo, repliedTo.get(echo), identity), identity, now }),
    ]),
  );
}

/** One of ours, or else one that the contact wrote: its id follows from the provider's. */
function replyToOf({ channelId, facts }: Echo, call: KnownCall | undefined, identity: Identity): MessageId | undefined {
  const { replyToProviderMessageId: id } = facts.echo;
  return call?.messageId ?? (id === undefined ? undefined : identity.incomingMessage(channelId, id));
}
