import type { Logger } from 'pino';
import type { Running } from '../../lifecycle.js';
import type { Step, Story } from './stories.js';
import type { StoryTeller, TakenMessage } from './story-teller.js';

/** A story ends by then, told or not: nothing of it is left that could surprise a later test or a stop. */
const STORY_MS_MAX = 28_000;
/** What the early steps may take before the send is answered all the same: less than a caller's deadline. */
const EARLY_MS_MAX = 10_000;
/** Stories at once; above it a send is refused as too many. */
const STORIES_MAX = 20_000;

/** The stories that are being told. */
export interface Stage extends Running {
  isFull(): boolean;
  /** From here on the story's time runs. */
  open(message: TakenMessage, story: Story): Telling;
}

export interface Telling {
  /** Resolves when the early steps were told, or `EARLY_MS_MAX` have gone. */
  before(): Promise<void>;
  /** Tells the rest, behind the back of whoever calls. */
  after(): void;
}

export function createStage(teller: StoryTeller, logger: Logger): Stage {
  let isStopping = false;
  // One for each story, and no `AbortSignal.any` over a signal that lives on: what it notes there is never taken away.
  const endings = new Set<AbortController>();
  const told = new Set<Promise<void>>();
  const end = (ending: AbortController) => {
    ending.abort();
    endings.delete(ending);
  };
  const tell = async (message: TakenMessage, steps: readonly Step[], signal: AbortSignal) => {
    if (steps.length === 0) return;
    const telling = teller.tell(message, steps, signal).catch((error: unknown) => {
      if (!isStopping) logger.warn({ err: error }, 'A sandbox story broke off.');
    });
    told.add(telling);
    await telling;
    told.delete(telling);
  };
  return {
    isFull: () => told.size >= STORIES_MAX,
    open(message, { early, steps }) {
      const ending = new AbortController();
      const { signal } = ending;
      endings.add(ending);
      if (isStopping) end(ending);
      const timer = setTimeout(() => end(ending), STORY_MS_MAX).unref();
      return {
        before: () => tell(message, early, AbortSignal.any([signal, AbortSignal.timeout(EARLY_MS_MAX)])),
        after: () =>
          void tell(message, steps, signal).finally(() => {
            clearTimeout(timer);
            endings.delete(ending);
          }),
      };
    },
    async stop() {
      isStopping = true;
      for (const ending of endings) end(ending);
      await Promise.all(told);
    },
  };
}
