import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { createTypingSignals } from '../../../src/events/typing/create-typing-signals.js';
import { SIGNALS_MAX } from '../../../src/events/typing/signal-iterator.js';
import type { TypingSignal } from '../../../src/events/typing/typing-signals.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { at, conversationId, workspaceId } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';

type Signals = ReturnType<typeof createTypingSignals>;

const signal = (n: number, about: Partial<TypingSignal> = {}): TypingSignal => ({
  ...{ id: `signal ${n}`, workspaceId: workspaceId(), conversationId: conversationId(), authorId: 'agent-7' },
  ...{ author: 'AGENT', isTyping: true, expiresAt: at(10), ...about },
});

describe('typing signals', () => {
  let cloned: ClonedDatabase;
  const databases: Database[] = [];
  let here: Signals;
  let there: Signals;
  beforeEach(async () => {
    cloned = await cloneDatabase();
    const open = () => {
      const database = openDatabase(cloned.url, testLog);
      databases.push(database);
      return createTypingSignals(database);
    };
    [here, there] = [open(), open()];
  });
  afterEach(async () => {
    await Promise.all([here.stop(), there.stop()]);
    await Promise.all(databases.splice(0).map((database) => database.close()));
    await cloned.drop();
  });

  const about = { workspaceId: workspaceId(), conversationId: conversationId() };
  /** Whoever listens hears nothing of what was said before Postgres listens for him. */
  const untilHeard = async (iterator: AsyncIterator<TypingSignal>) => {
    let heard: TypingSignal | undefined;
    void iterator.next().then(({ value }: { value?: TypingSignal }) => (heard = value));
    await eventually(async () => {
      await here.tell(signal(0));
      expect(heard).toMatchObject({ authorId: 'agent-7' });
    });
  };

  it('reach another process, and only those who watch that conversation of that workspace', async () => {
    const mine = there.listen(about);
    const others = there.listen({ ...about, conversationId: conversationId(2) });
    const strangers = there.listen({ ...about, workspaceId: workspaceId(2) });
    await untilHeard(mine);
    await here.tell(signal(1, { conversationId: conversationId(2), isTyping: false }));
    await here.tell(signal(2, { workspaceId: workspaceId(2), authorId: null }));
    expect((await others.next()).value).toEqual(signal(1, { conversationId: conversationId(2), isTyping: false }));
    expect((await strangers.next()).value).toEqual(signal(2, { workspaceId: workspaceId(2), authorId: null }));
  });

  it('a slow reader misses the oldest, and nothing grows', async () => {
    const slow = here.listen(about);
    await untilHeard(slow);
    const last = here.listen({ ...about, conversationId: conversationId(2) });
    await Promise.all(Array.from({ length: SIGNALS_MAX * 3 }, (_, n) => here.tell(signal(n + 1))));
    await here.tell(signal(0, { conversationId: conversationId(2) }));
    await last.next();
    const heard = await Promise.all(Array.from({ length: SIGNALS_MAX }, () => slow.next()));
    expect(heard.map(({ value }: { value?: TypingSignal }) => value?.id)).toContain(`signal ${SIGNALS_MAX * 3}`);
    await slow.return?.();
    expect(await slow.next()).toEqual({ done: true, value: undefined });
  });

  it('ends for whoever waits when he leaves, and when the process stops', async () => {
    const leaving = here.listen(about);
    const waiting = leaving.next();
    await leaving.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    const staying = here.listen(about).next();
    await here.stop();
    expect(await staying).toEqual({ done: true, value: undefined });
  });
});
