/** From here on it can only be milliseconds: as seconds it would be the year 33658. */
const MS_FROM = 1_000_000_000_000;

/** A unix time, in seconds or in milliseconds, as a number or as text; undefined where it is none. */
export function timeOf(said: string | number | undefined): Date | undefined {
  if (said === undefined || !/^\d{1,15}$/.test(String(said))) return undefined;
  const number = Number(said);
  return new Date(number >= MS_FROM ? number : number * 1_000);
}
