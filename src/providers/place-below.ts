import { urlOf } from './http-call.js';

/**
 * The way to a file of a provider's own host where a channel's administrator named another host for everything: below
 * `baseUrl`, with the path and query that it has. What lies there already stays where it is.
 *
 * @param told absolute
 */
export function placeBelow(baseUrl: string, told: string): string {
  const { origin, pathname, search } = new URL(told);
  return origin === new URL(baseUrl).origin ? told : urlOf({ baseUrl, path: `${pathname}${search}` });
}
