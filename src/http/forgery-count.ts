import type { Logger } from 'pino';
import type { Clock } from '../events/kernel/clock.js';
import type { ChannelId } from '../events/kernel/ids.js';

/** Who forges decides how often: at most one line in so many milliseconds, with the number of what it stands for. */
const LINE_EVERY_MS = 10_000;

export interface ForgeryCount {
  count(channelId: ChannelId): void;
}

/** Counts forged webhooks and tells the log now and then. Nothing else of them is kept. */
export function createForgeryCount(deps: { readonly clock: Clock; readonly logger: Logger }): ForgeryCount {
  let sinceLine = 0;
  let lineAt = -Infinity;
  return {
    count(channelId) {
      sinceLine += 1;
      const now = deps.clock.now().getTime();
      if (Math.abs(now - lineAt) < LINE_EVERY_MS) return;
      deps.logger.warn({ channelId, count: sinceLine }, 'Webhooks with a wrong signature were refused.');
      sinceLine = 0;
      lineAt = now;
    },
  };
}
