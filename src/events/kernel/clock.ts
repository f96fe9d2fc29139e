/** The outside world's time, read once at the rim and handed in. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
