import { z } from 'zod';
import { isRefusal, failureAs, meaningOfStatus } from '../failures.js';
import type { HttpCaller, HttpEnd } from '../http-call.js';
import { parseJson } from '../parse-json.js';
import type { CredentialAnswer, CredentialRefresh } from '../provider.js';
import { retryAfterOf } from '../retry-after.js';
import { placeOf, type BotmakerSettings } from './settings.js';

const PATH = '/auth/credentials';
/** An access token lives for five years. */
const BEFORE_END_MS = 30 * 86_400_000;

const credentials = z.object({
  ...{ accessToken: z.string().min(1), refreshToken: z.string().min(1) },
  ...{ clientId: z.string().min(1).optional(), secretId: z.string().min(1).optional() },
});
const claims = z.object({ exp: z.number().positive(), iat: z.number().positive().optional() });

/** New credentials for the refresh token: both tokens change, and the old one is taken for spent. */
export const createRefresh = (call: HttpCaller): CredentialRefresh<BotmakerSettings> => ({
  spends: ({ refreshToken }) => refreshToken,
  dueAt: ({ accessToken }) => dueAt(accessToken),
  async exchange({ settings, signal }) {
    const { clientId, secretId, refreshToken } = settings;
    const json = { clientId, secretId, refreshToken };
    return answerOf(await call({ ...placeOf(settings, PATH), method: 'POST', json, signal }));
  },
  async recall({ settings, signal }) {
    return answerOf(await call({ ...placeOf(settings, PATH), method: 'GET', signal }));
  },
});

function answerOf(end: HttpEnd): CredentialAnswer {
  if (end.kind !== 'answered') return end;
  const { status, headers, json } = end;
  const given = credentials.safeParse(json);
  if (status === 200 && given.success) return { kind: 'renewed', changes: given.data };
  if (status === 429) {
    const retryAfterMs = retryAfterOf(headers, new Date());
    return retryAfterMs === undefined ? { kind: 'throttled' } : { kind: 'throttled', retryAfterMs };
  }
  if (JUDGED.has(status)) return { kind: 'refused', failure: failureAs(meaningOfStatus(status), String(status)) };
  return isRefusal(status) || isRedirect(status) ? { kind: 'unavailable' } : { kind: 'unknown' };
}

/**
 * What the place for credentials says of a token. Any other refusal is of somebody who stands before it, or in its place
 * (`apiBaseUrl` names the wrong one): no token was spent there.
 */
const JUDGED: ReadonlySet<number> = new Set([400, 401]);

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

/** A month before the token says that it ends; of one that doesn't live for two, at half of its life. */
function dueAt(accessToken: string): Date | undefined {
  const [, payload = ''] = accessToken.split('.');
  const read = claims.safeParse(parseJson(Buffer.from(payload, 'base64url')));
  if (!read.success) return undefined;
  const { exp, iat } = read.data;
  const lifeMs = iat === undefined ? Infinity : (exp - iat) * 1_000;
  const due = new Date(exp * 1_000 - Math.min(BEFORE_END_MS, Math.max(0, lifeMs / 2)));
  return Number.isNaN(due.getTime()) ? undefined : due;
}
