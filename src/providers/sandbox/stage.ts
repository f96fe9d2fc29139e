import type { Logger } from 'pino';
import type { Running } from '../../lifecycle.js';
import type { Story } from './stories.js';
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
  /** Resolves when the early steps were told, or `EARLY_MS_MAX` have gone. */
  before(message: TakenMessage, story: Story): Promise<void>;
  after(message: TakenMessage, story: Story): void;
}

export function createStage(teller: StoryTeller, logger: Logger): Stage {
  const stopping = new AbortController();
  const told = new Set<Promise<void>>();
  const tell = async (message: TakenMessage, steps: Story['steps'], msMax: number) => {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(msMax)]);
    const telling = teller.tell(message, steps, signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) logger.warn({ err: error }, 'A sandbox story broke off.');
    });
    told.add(telling);
    await telling;
    told.delete(telling);
  };
  return {
    isFull: () => told.size >= STORIES_MAX,
    before: async (message, { early }) => {
      if (early.length > 0) await tell(message, early, EARLY_MS_MAX);
    },
    after: (message, { steps }) => void tell(message, steps, STORY_MS_MAX - EARLY_MS_MAX),
    async stop() {
      stopping.abort();
      await Promise.all(told);
    },
  };
}
