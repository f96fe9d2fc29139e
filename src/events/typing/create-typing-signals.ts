import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../../database/database.js';
import { createMicroBatch } from '../../database/micro-batch.js';
import type { Running } from '../../lifecycle.js';
import { conversationIds, workspaceIds } from '../kernel/ids.js';
import { createSignalIterator, type SignalIterator } from './signal-iterator.js';
import type { TypingSignal, TypingSignals } from './typing-signals.js';

/** Commits that notify wait for each other in Postgres: those of a process go together, one statement at a time. */
const BATCH_MAX = 500;
/** More than that at once is no typing. */
const WAITING_MAX = 5_000;

const signalText = z.object({
  id: z.string(),
  workspaceId: z.string(),
  conversationId: z.string(),
  // Absent: of a version that knew agents only.
  author: z.enum(['AGENT', 'CONTACT']).default('AGENT'),
  authorId: z.string().nullable(),
  isTyping: z.boolean(),
  expiresAt: z.string(),
});

/** By NOTIFY, whose text is the signal itself: an id, two more and a name, some 400 bytes of the 8,000 that it takes. */
export function createTypingSignals(database: Database): TypingSignals & Running {
  const listening = new Map<string, Set<SignalIterator>>();
  const tell = createMicroBatch({
    ...{ sizeMax: BATCH_MAX, waitingMax: WAITING_MAX },
    run: async (signals: readonly TypingSignal[]) => {
      const texts = signals.map((signal) => JSON.stringify(signal));
      await database.orm.execute(
        sql`select pg_notify('parley_typing', said.text) from unnest(${sql.param(texts)}::text[]) as said(text)`,
      );
      return signals.map(() => undefined);
    },
  });
  const unlisten = database.onWake('parley_typing', (text) => {
    const signal = parseSignal(text);
    if (signal === undefined) return;
    for (const iterator of listening.get(seatOf(signal)) ?? []) iterator.give(signal);
  });
  return {
    tell,
    listen(about) {
      const seat = seatOf(about);
      const iterator = createSignalIterator(() => {
        const others = listening.get(seat);
        others?.delete(iterator);
        if (others?.size === 0) listening.delete(seat);
      });
      listening.set(seat, (listening.get(seat) ?? new Set()).add(iterator));
      return iterator;
    },
    async stop() {
      unlisten();
      for (const iterator of [...listening.values()].flatMap((seat) => [...seat])) await iterator.return();
    },
  };
}

const seatOf = ({ workspaceId, conversationId }: Pick<TypingSignal, 'workspaceId' | 'conversationId'>): string =>
  `${workspaceId} ${conversationId}`;

/** Undefined for what isn't one: a reconnect wakes too, and another version may say it otherwise. */
function parseSignal(text: string): TypingSignal | undefined {
  try {
    const { workspaceId, conversationId, ...said } = signalText.parse(JSON.parse(text));
    const workspace = workspaceIds.parse(workspaceId);
    const conversation = conversationIds.parse(conversationId);
    if (workspace === undefined || conversation === undefined) return undefined;
    return { ...said, workspaceId: workspace, conversationId: conversation };
  } catch {
    return undefined;
  }
}
