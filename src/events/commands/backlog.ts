import type { Logger } from 'pino';
import { createMicroBatch } from '../../database/micro-batch.js';
import type { Executor } from '../../database/database.js';
import { isDatabaseAway } from '../../database/errors.js';
import type { ChannelRate } from '../../providers/provider.js';
import type { ChannelId } from '../kernel/ids.js';
import { countWaiting, type DepthQuestion } from '../queries/queue-depths.js';
import type { UserError } from './commands.js';

/**
 * Parts that may wait in one channel. At 80 calls a second, what the common providers allow, it is twenty minutes of work:
 * who sends more has to know that it won't leave soon. And a look at it costs 20 ms.
 */
export const QUEUE_DEPTH_MAX = 100_000;

const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 60_000;

/** How long a figure counts. What is sent meanwhile may exceed the bound. */
const KNOWN_FOR_MS = 1_000;
const LOOKS_TOGETHER_MAX = 100;
/** Channels whose figures are kept; above it all are looked at anew. */
const CHANNELS_MAX = 10_000;

export interface BacklogDeps {
  readonly executor: Executor;
  readonly logger: Logger;
  readonly queueDepthMax?: number | undefined;
}

/** Refuses what would only make a channel's queue longer; undefined: it may join. Never waits. */
export type RefuseBacklog = (channelId: ChannelId, rate: ChannelRate) => UserError | undefined;

interface Figure {
  readonly waiting: number;
  readonly lookedAt: number;
}

/** No send waits for a look: the last known figure decides, and of each channel one look is under way at a time. */
export function createRefuseBacklog(deps: BacklogDeps): RefuseBacklog {
  const { executor, logger, queueDepthMax = QUEUE_DEPTH_MAX } = deps;
  const figures = new Map<ChannelId, Figure>();
  const looking = new Set<ChannelId>();
  const count = createMicroBatch({
    ...{ sizeMax: LOOKS_TOGETHER_MAX, waitingMax: CHANNELS_MAX },
    run: (questions: readonly DepthQuestion[]) => countWaiting(executor, questions),
  });
  const look = async (question: DepthQuestion): Promise<void> => {
    const { channelId } = question;
    looking.add(channelId);
    try {
      const waiting = await count(question);
      if (figures.size >= CHANNELS_MAX) figures.clear();
      figures.set(channelId, { waiting, lookedAt: performance.now() });
    } catch (error) {
      // With Postgres away the sends themselves tell of it.
      if (!isDatabaseAway(error)) logger.warn({ err: error, channelId }, 'a queue could not be counted');
    } finally {
      looking.delete(channelId);
    }
  };
  return (channelId, rate) => {
    const figure = figures.get(channelId);
    const isOld = figure === undefined || performance.now() - figure.lookedAt >= KNOWN_FOR_MS;
    if (isOld && !looking.has(channelId)) {
      const question = { channelId, atMost: queueDepthMax + longestWait(rate, queueDepthMax) };
      void look(question);
    }
    const excess = (figure?.waiting ?? 0) - queueDepthMax;
    return excess < 0 ? undefined : refusal(queueDepthMax, excess, rate);
  };
}

/** More than this above the bound, and the answer is the longest wait anyway. */
const longestWait = ({ perSecond }: ChannelRate, queueDepthMax: number): number =>
  Math.min(Math.ceil((perSecond * RETRY_MAX_MS) / 1_000), queueDepthMax);

function refusal(queueDepthMax: number, excess: number, { perSecond }: ChannelRate): UserError {
  const fallsInMs = Math.ceil(((excess + 1) / perSecond) * 1_000);
  return {
    code: 'CHANNEL_BACKLOGGED',
    message: `${queueDepthMax} messages or more of this channel still wait to be sent. Send this one later.`,
    field: ['channelId'],
    retryAfterMs: Math.min(Math.max(fallsInMs, RETRY_MIN_MS), RETRY_MAX_MS),
  };
}
