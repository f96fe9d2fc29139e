import { z } from 'zod';
import type { ContentKind } from '../../events/message/content.js';
import { isRefusal } from '../failures.js';
import type { HttpAnswer } from '../http-call.js';
import type { AccountAnswer, Outcome } from '../provider.js';
import { retryAfterOf } from '../retry-after.js';
import { failureOf, type SaidError } from './failures.js';

const job = z.object({ webhookNotificationId: z.string().min(1) });
const text = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);
const errors = z.object({ errors: z.array(z.object({ type: text, source: text, message: text })).min(1) });
/** The old API's form. */
const error = z.object({ error: z.object({ code: text, message: text }) });
const channels = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string().optional().catch(undefined) })),
});

/**
 * What became of a call: 200 and 202 mean the same here, that a job was made. A 5xx says nothing: Botmaker knows no
 * idempotency key, and a repeat might be a second message.
 */
export function outcomeOf(answer: HttpAnswer, kind: ContentKind): Outcome {
  const { status, json } = answer;
  if (status >= 200 && status < 300) return acceptedOf(json, kind);
  if (status === 429) return throttledOf(answer);
  if (!isRefusal(status)) return { kind: 'unknown' };
  return { kind: 'rejected', ...refusalOf(answer) };
}

/** A reaction is no message, and nothing will be told of it. */
function acceptedOf(json: unknown, kind: ContentKind): Outcome {
  const made = job.safeParse(json);
  if (made.success) return { kind: 'accepted', providerMessageIds: [made.data.webhookNotificationId] };
  return kind === 'reaction' ? { kind: 'accepted', providerMessageIds: [] } : { kind: 'unknown' };
}

/** Botmaker documents no `Retry-After`: without one the pause grows from a second. */
function throttledOf({ headers }: HttpAnswer): Extract<Outcome, { kind: 'throttled' }> {
  const retryAfterMs = retryAfterOf(headers, new Date());
  return retryAfterMs === undefined ? { kind: 'throttled' } : { kind: 'throttled', retryAfterMs };
}

function refusalOf({ status, json }: HttpAnswer) {
  const said = saidIn(json);
  const { message: providerMessage } = said;
  return { failure: failureOf(status, said), ...(providerMessage === undefined ? {} : { providerMessage }) };
}

/** The first of them: the others say the same of other fields. */
function saidIn(json: unknown): SaidError {
  const [first] = errors.safeParse(json).data?.errors ?? [];
  if (first !== undefined) return { code: first.type, source: first.source, message: first.message };
  return error.safeParse(json).data?.error ?? {};
}

/** What the list of channels says of us: that we may ask for it, and how this one is called. */
export function accountAnswerOf(answer: HttpAnswer, isOurs: (channelId: string) => boolean): AccountAnswer {
  const { status, json } = answer;
  const listed = channels.safeParse(json);
  if (status === 200 && listed.success) {
    const account = listed.data.items.find(({ id }) => isOurs(id))?.name;
    return { kind: 'confirmed', ...(account === undefined ? {} : { account }) };
  }
  if (!isRefusal(status)) return { kind: status === 429 || status >= 500 ? 'unavailable' : 'unknown' };
  return { kind: 'refused', ...refusalOf(answer) };
}
