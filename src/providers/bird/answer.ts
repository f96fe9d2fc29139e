import { z } from 'zod';
import { failureOfCall } from './failures.js';
import { isRefusal } from '../failures.js';
import type { HttpAnswer } from '../http-call.js';
import type { AccountAnswer, Outcome } from '../provider.js';
import { retryAfterOf } from '../retry-after.js';

const taken = z.object({
  id: z.string().min(1),
  receiver: z
    .object({
      contacts: z.array(
        z.object({
          ...{ identifierKey: z.string(), identifierValue: z.string() },
          id: z.string().min(1).optional().catch(undefined),
        }),
      ),
    })
    .optional()
    .catch(undefined),
});
/** As it was seen; nothing of it is promised. The second form is that of another API of Bird's, on another host. */
const error = z.object({
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});
const errorElsewhere = z.object({ error });

/** What became of a call. Of a 5xx nobody says that nothing was processed, and Bird knows no idempotency key. */
export function outcomeOf(answer: HttpAnswer): Outcome {
  const { status, headers, json } = answer;
  if (status >= 200 && status < 300) return acceptedOf(json);
  if (status === 429) {
    const retryAfterMs = retryAfterOf(headers, new Date());
    return retryAfterMs === undefined ? { kind: 'throttled' } : { kind: 'throttled', retryAfterMs };
  }
  return isRefusal(status) ? { kind: 'rejected', ...refusedWith(answer) } : { kind: 'unknown' };
}

function acceptedOf(json: unknown): Outcome {
  const read = taken.safeParse(json);
  if (!read.success) return { kind: 'unknown' };
  const { id, receiver } = read.data;
  const number = receiver?.contacts.find(({ identifierKey }) => identifierKey === 'phonenumber')?.identifierValue;
  const contactId = receiver?.contacts[0]?.id;
  return {
    ...{ kind: 'accepted', providerMessageIds: [id] },
    ...(number === undefined ? {} : { providerAddress: number }),
    ...(contactId === undefined ? {} : { providerContactId: contactId }),
  };
}

const PROVIDER_WORDS_MAX = 1_000;

/** Its words, raw where they stand in no form that is known. */
function refusedWith({ status, json, text }: HttpAnswer) {
  const elsewhere = errorElsewhere.safeParse(json);
  const told = elsewhere.success ? elsewhere.data.error : error.safeParse(json).data;
  const said = (told?.message ?? text).slice(0, PROVIDER_WORDS_MAX);
  return { failure: failureOfCall(status, told?.code), ...(said === '' ? {} : { providerMessage: said }) };
}

/** What became of a call that concerns the account. @param confirmed what its answer must be */
export function accountAnswerOf(answer: HttpAnswer, confirmed: z.ZodType): AccountAnswer {
  const { status, json } = answer;
  if (status >= 200 && status < 300) return { kind: confirmed.safeParse(json).success ? 'confirmed' : 'unknown' };
  if (isRefusal(status)) return { kind: 'refused', ...refusedWith(answer) };
  return { kind: status === 429 || status >= 500 ? 'unavailable' : 'unknown' };
}
