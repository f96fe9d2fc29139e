import { z } from 'zod';
import { failureAs, isRefusal, meaningOfStatus, type Meaning } from '../failures.js';
import type { HttpAnswer } from '../http-call.js';
import type { Outcome } from '../provider.js';
import { retryAfterOf } from '../retry-after.js';

const words = z.string().nullish().catch(undefined);
const response = z.object({
  id: z
    .union([z.string(), z.int().transform(String)])
    .nullish()
    .catch(undefined),
  ...{ status: words, error: words, message: words },
});
type Response = z.infer<typeof response>;

/** Limits are counted by the minute, and no answer says when the next one begins. */
const MINUTE_MS = 60_000;

/** What an HTTP status means here, beyond what it means anywhere. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  400: { code: 'CONTENT_REJECTED', isRetryable: false },
  404: { code: 'RECIPIENT_INVALID', isRetryable: false },
  422: { code: 'CONTENT_REJECTED', isRetryable: false },
};

/** Words for a message that failed; the others say that it is on its way, or further. */
export const FAILED: ReadonlySet<string> = new Set(['failed', 'failure', 'error', 'rejected', 'undelivered']);

/** What became of a call. A 5xx says nothing: there is no idempotency key, and a repeat might be a second message. */
export function outcomeOf(answer: HttpAnswer): Outcome {
  const { status, json, headers } = answer;
  const told = response.safeParse(json).data;
  if (status === 200) return told === undefined ? { kind: 'unknown' } : takenOrNot(told);
  if (status === 429) return { kind: 'throttled', retryAfterMs: retryAfterOf(headers, new Date()) ?? MINUTE_MS };
  if (!isRefusal(status)) return { kind: 'unknown' };
  return rejected(MEANINGS[status] ?? meaningOfStatus(status), String(status), told?.error || told?.message);
}

/** A 200 that names an error is a failure. */
function takenOrNot({ id, status, error }: Response): Outcome {
  const word = status?.trim().toLowerCase() ?? '';
  if (error || FAILED.has(word))
    return rejected({ code: 'UNKNOWN', isRetryable: false }, word === '' ? undefined : word, error);
  return id ? { kind: 'accepted', providerMessageIds: [id] } : { kind: 'unknown' };
}

const rejected = (meaning: Meaning, code: string | undefined, said: string | null | undefined): Outcome => ({
  ...{ kind: 'rejected', failure: failureAs(meaning, code) },
  ...(said ? { providerMessage: said } : {}),
});
