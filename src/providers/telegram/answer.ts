import { z } from 'zod';
import { isRefusal } from '../failures.js';
import type { HttpAnswer } from '../http-call.js';
import type { MediaAnswer } from '../media.js';
import type { AccountAnswer, Outcome } from '../provider.js';
import { retryAfterOf } from '../retry-after.js';
import { failureOf } from './failures.js';
import { formatMessageId } from './message-id.js';

const sentMessage = z.object({ message_id: z.int(), chat: z.object({ id: z.int() }) });
const success = z.object({
  ok: z.literal(true),
  /** One message; an album's messages; or true, where a call makes none. */
  result: z.union([sentMessage, z.array(sentMessage).min(1), z.literal(true)]),
});
const failure = z.object({
  ok: z.literal(false),
  error_code: z.int(),
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.int().min(0).optional() }).optional(),
});
const bot = z.object({ ok: z.literal(true), result: z.unknown() });
const file = z.object({
  ok: z.literal(true),
  /** Below the bot's files. A server of one's own answers where the file lies on its disk, which nobody can fetch. */
  result: z.object({ file_path: z.string().regex(/^(?!.*(^|\/)\.{1,2}(\/|$))[^/]/) }),
});
const named = z.object({ username: z.string() });

/** What became of a call. A 5xx says nothing: Telegram knows no idempotency key, and a repeat might be a second message. */
export function outcomeOf(answer: HttpAnswer): Outcome {
  const { status, json } = answer;
  if (status === 200) return acceptedOf(json);
  if (status === 429) return throttledOf(answer);
  if (!isRefusal(status)) return { kind: 'unknown' };
  const told = failure.safeParse(json).data;
  const said = told?.description;
  // It stands there already as it is asked for.
  if (status === 400 && said?.includes('is not modified')) return { kind: 'accepted', providerMessageIds: [] };
  const providerMessage = said === undefined ? {} : { providerMessage: said };
  return { kind: 'rejected', failure: failureOf(status, said), ...providerMessage };
}

function acceptedOf(json: unknown): Outcome {
  const taken = success.safeParse(json);
  if (!taken.success) return { kind: 'unknown' };
  const { result } = taken.data;
  if (result === true) return { kind: 'accepted', providerMessageIds: [] };
  const messages = [result].flat();
  const [first] = messages;
  return {
    kind: 'accepted',
    providerMessageIds: messages.map(({ chat, message_id }) => formatMessageId(chat.id, message_id)),
    ...(first === undefined ? {} : { providerAddress: String(first.chat.id) }),
  };
}

const RETRY_AFTER_MS_MAX = 600_000;

function throttledOf({ json, headers }: HttpAnswer): Extract<Outcome, { kind: 'throttled' }> {
  const seconds = failure.safeParse(json).data?.parameters?.retry_after ?? 0;
  const retryAfterMs = seconds > 0 ? Math.min(seconds * 1_000, RETRY_AFTER_MS_MAX) : retryAfterOf(headers, new Date());
  return retryAfterMs === undefined ? { kind: 'throttled' } : { kind: 'throttled', retryAfterMs };
}

/** Where a file lies; or what came of asking. */
export function fileAnswerOf(answer: HttpAnswer): MediaAnswer | { readonly kind: 'lies'; readonly path: string } {
  const { status, json } = answer;
  if (status === 200) {
    const found = file.safeParse(json);
    return found.success ? { kind: 'lies', path: found.data.result.file_path } : { kind: 'unknown' };
  }
  if (status === 429) return throttledOf(answer);
  if (!isRefusal(status)) return { kind: status >= 500 ? 'unavailable' : 'unknown' };
  // It speaks of no method to who has the wrong token: 404.
  if (status !== 400) return { kind: 'refused' };
  const said = failure.safeParse(json).data?.description ?? '';
  return { kind: said.includes('too big') ? 'too_large' : 'gone' };
}

/** What became of a call that concerns the bot itself. */
export function accountAnswerOf({ status, json }: HttpAnswer): AccountAnswer {
  const confirmed = bot.safeParse(json);
  if (status === 200 && confirmed.success) {
    const account = named.safeParse(confirmed.data.result).data?.username;
    return { kind: 'confirmed', ...(account === undefined ? {} : { account: `@${account}` }) };
  }
  if (!isRefusal(status)) return { kind: status === 429 || status >= 500 ? 'unavailable' : 'unknown' };
  const said = failure.safeParse(json).data?.description;
  return {
    kind: 'refused',
    failure: failureOf(status, said),
    ...(said === undefined ? {} : { providerMessage: said }),
  };
}
