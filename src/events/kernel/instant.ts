/**
 * One spelling for each time: RFC 3339 in UTC with milliseconds, so that comparing texts compares times, and a state
 * that went through Postgres equals one that did not.
 */
export const instantOf = (time: string): string => (CANONICAL.test(time) ? time : new Date(time).toISOString());

/** Nearly all are spelled so already, and a fold asks several times an event. */
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const earlierOf = (a: string, b: string): string => (a < b ? a : b);
export const laterOf = (a: string, b: string): string => (a > b ? a : b);

/** Of two of which either may be unknown: the one that is known, or the one that is chosen. */
export const ofKnown =
  (choose: (a: string, b: string) => string) =>
  (a: string | null, b: string | null): string | null =>
    a === null ? b : b === null ? a : choose(a, b);
