import type { ChannelId, EventId } from '../../../kernel/ids.js';
import type { LeftReason } from './compare.js';

/** What became of what was read. */
type Change = 'new' | 'corrected' | 'unchanged';

/** Counts for the one who asked; no content, and no more lines than channels times types of events. */
export interface Tally {
  readonly webhooks: { read: number; erased: number; foreign: number; leftOut: number };
  count(channelId: ChannelId, type: string, change: Change): void;
  /** `waiting`: a receipt whose message may still be recorded; `notUnderstood`: nor does this build know what it says. */
  leave(reason: LeftReason | 'waiting' | 'notUnderstood'): void;
  /** The same said once more by another webhook. */
  repeat(): void;
  /** Whether an event that the journal lacks is met for the first time. */
  isFirst(id: EventId): boolean;
  result(): Readonly<Record<string, unknown>>;
}

/** Nothing that was met is written down in a dry run. Beyond so many a provider's repeats count as often as they came. */
const MET_MAX = 100_000;

export function createTally(): Tally {
  const webhooks = { read: 0, erased: 0, foreign: 0, leftOut: 0 };
  const lines = new Map<string, { channelId: ChannelId; type: string } & Record<Change, number>>();
  const left = new Map<string, number>();
  const met = new Set<EventId>();
  let repeats = 0;
  return {
    webhooks,
    count(channelId, type, change) {
      const key = `${channelId} ${type}`;
      const line = lines.get(key) ?? { channelId, type, new: 0, corrected: 0, unchanged: 0 };
      line[change] += 1;
      lines.set(key, line);
    },
    leave: (reason) => void left.set(reason, (left.get(reason) ?? 0) + 1),
    repeat: () => void (repeats += 1),
    isFirst(id) {
      const isFirst = !met.has(id);
      if (met.size < MET_MAX) met.add(id);
      return isFirst;
    },
    result: () => ({
      webhooks: { ...webhooks },
      events: [...lines.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
      repeats,
      left: Object.fromEntries([...left].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
}
