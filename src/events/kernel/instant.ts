/**
 * One spelling for each time: RFC 3339 in UTC with milliseconds, so that comparing texts compares times, and a state
 * that went through Postgres equals one that did not.
 */
export const instantOf = (time: string): string => new Date(time).toISOString();

export const earlierOf = (a: string, b: string): string => (a < b ? a : b);
export const laterOf = (a: string, b: string): string => (a > b ? a : b);
