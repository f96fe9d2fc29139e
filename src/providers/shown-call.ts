import { headersOf, urlOf, type ProviderCall } from './http-call.js';

/** A call as people may see it. */
export interface ShownCall {
  readonly method: ProviderCall['method'];
  readonly url: string;
  /** Those that say who calls have no values. */
  readonly headers: Readonly<Record<string, string>>;
  /** As JSON; undefined: it has none. */
  readonly body: unknown;
}

const HIDDEN = '[hidden]';

/** Every header of an adapter's says who calls, so none is shown: what is added to one of them some day is hidden too. */
export function shownCall(call: ProviderCall): ShownCall {
  const { method, json, headers: credentials = {} } = call;
  const hide = hiding(call.secrets ?? []);
  const headers = Object.entries(headersOf(call)).map(([name, value]) => [name, name in credentials ? HIDDEN : value]);
  return {
    ...{ method, url: hide(withoutUser(urlOf(call))) },
    headers: Object.fromEntries(headers) as Readonly<Record<string, string>>,
    // Once as text, so that it is what goes over the wire: without what is undefined.
    body: json === undefined ? undefined : mapTexts(JSON.parse(JSON.stringify(json)) as unknown, hide),
  };
}

type Hide = (text: string) => string;

function hiding(secrets: readonly string[]): Hide {
  const spelled = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]).filter((secret) => secret !== '');
  return (text) => spelled.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
}

/** Somebody's own gateway may stand in `apiBaseUrl` with a name and a password. */
const withoutUser = (url: string): string => url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1');

function mapTexts(value: unknown, map: Hide): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]: [string, unknown]) => [name, mapTexts(one, map)]));
}
