import type { Logger } from 'pino';
import { createBoundedRunner } from '../../bounded-runner.js';
import type { Database } from '../../database/database.js';
import type { Clock } from '../kernel/clock.js';
import type { ChannelId, WorkspaceId } from '../kernel/ids.js';
import type { AddressBook } from '../outbox/address-book.js';
import { TYPING_COUNTS_MS, type TypingSignals } from './typing-signals.js';

export interface ContactTypingDeps {
  readonly database: Database;
  readonly addressBook: Pick<AddressBook, 'find'>;
  readonly typing: Pick<TypingSignals, 'tell'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Another for each. */
  readonly newId: () => string;
}

/** That a contact types, as its provider told it. */
export interface ContactTyping {
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  /** As the adapter's `normalizeAddress` spells it. */
  readonly address: string;
  readonly isTyping: boolean;
}

export type TellContactTyping = (said: readonly ContactTyping[]) => void;

/** Beyond it nobody is told: it is never worth a queue. */
const UNDER_WAY_MAX = 32;

/**
 * Tells whoever watches the conversation that the contact types. Returns at once: no webhook's answer waits for it. Of
 * somebody who never wrote or was written to there is no conversation, and none is made for it.
 */
export function createContactTyping({ database, addressBook, logger, ...deps }: ContactTypingDeps): TellContactTyping {
  const run = createBoundedRunner(logger, UNDER_WAY_MAX, 'nobody was told that a contact types');
  const tell = async (said: readonly ContactTyping[]) => {
    const threads = await addressBook.find(database.orm, said);
    const now = deps.clock.now().getTime();
    const signals = said.flatMap(({ workspaceId, isTyping }, index) => {
      const conversationId = threads[index]?.conversationId;
      if (conversationId === undefined) return [];
      const expiresAt = new Date(isTyping ? now + TYPING_COUNTS_MS : now).toISOString();
      return {
        id: deps.newId(),
        workspaceId,
        conversationId,
        author: 'CONTACT',
        authorId: null,
        isTyping,
        expiresAt,
      } as const;
    });
    await Promise.all(signals.map((signal) => deps.typing.tell(signal)));
  };
  return (said) => void run(() => tell(said));
}
