import type { ChannelId } from '../../kernel/ids.js';

/** How many calls may be under way: what bounds memory, and keeps one slow provider from taking all there is. */
export interface Slots {
  /** How many more this channel may take now, when so many are promised to others (default 0). */
  free(channelId: ChannelId, promised?: number): number;
  take(channelId: ChannelId): void;
  release(channelId: ChannelId): void;
  takenBy(channelId: ChannelId): number;
  readonly taken: number;
}

/** A channel gets at most half of what is left: however many providers are dead, the next channel still finds a slot. */
export function createSlots(limits: { readonly perChannel: number; readonly overall: number }): Slots {
  const byChannel = new Map<ChannelId, number>();
  let taken = 0;
  const move = (channelId: ChannelId, by: 1 | -1) => {
    const now = (byChannel.get(channelId) ?? 0) + by;
    if (now === 0) byChannel.delete(channelId);
    else byChannel.set(channelId, now);
    taken += by;
  };
  return {
    free(channelId, promised = 0) {
      const left = Math.max(0, limits.overall - taken - promised);
      return Math.max(0, Math.min(limits.perChannel - (byChannel.get(channelId) ?? 0), Math.ceil(left / 2)));
    },
    take: (channelId) => move(channelId, 1),
    release: (channelId) => move(channelId, -1),
    takenBy: (channelId) => byChannel.get(channelId) ?? 0,
    get taken() {
      return taken;
    },
  };
}
