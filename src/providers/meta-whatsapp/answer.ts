import { z } from 'zod';
import { graphAccountAnswerOf, graphOutcomeOf } from '../meta/answer.js';
import type { HttpAnswer } from '../http-call.js';
import type { AccountAnswer, Outcome } from '../provider.js';
import { normalizeAddress } from './address.js';
import { MEANINGS } from './failures.js';

const taken = z.object({
  messages: z.array(z.object({ id: z.string().min(1) })).min(1),
  contacts: z
    .array(z.object({ input: z.string().optional(), wa_id: z.string().optional() }))
    .optional()
    .catch(undefined),
});

export const outcomeOf = (answer: HttpAnswer): Outcome => graphOutcomeOf(answer, MEANINGS, acceptedOf);

/**
 * The contact may be known by another number than the one that was written to: Brazil's ninth digit, Mexico's 521. Whoever
 * is named for a group isn't the group.
 */
function acceptedOf(json: unknown): Outcome | undefined {
  const read = taken.safeParse(json);
  if (!read.success) return undefined;
  const { messages, contacts = [] } = read.data;
  const { input, wa_id: reached } = contacts[0] ?? {};
  const number = input === undefined || normalizeAddress(input) !== undefined ? reached : undefined;
  return {
    kind: 'accepted',
    providerMessageIds: messages.map(({ id }) => id),
    ...(number !== undefined && /^\d{7,15}$/.test(number) ? { providerAddress: `+${number}` } : {}),
  };
}

const phoneNumber = z.object({ id: z.string(), display_phone_number: z.string().optional() });
const success = z.object({ success: z.literal(true) });

/** Whose number it is. */
export const accountAnswerOf = (answer: HttpAnswer): AccountAnswer =>
  graphAccountAnswerOf(answer, MEANINGS, (json) => {
    const read = phoneNumber.safeParse(json);
    if (!read.success) return undefined;
    const { display_phone_number: account } = read.data;
    return { kind: 'confirmed', ...(account === undefined ? {} : { account }) };
  });

export const registeredAnswerOf = (answer: HttpAnswer): AccountAnswer =>
  graphAccountAnswerOf(answer, MEANINGS, (json) =>
    success.safeParse(json).success ? { kind: 'confirmed' } : undefined,
  );
