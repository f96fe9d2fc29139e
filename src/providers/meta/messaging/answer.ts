import { z } from 'zod';
import type { HttpAnswer } from '../../http-call.js';
import type { AccountAnswer, Outcome } from '../../provider.js';
import { graphAccountAnswerOf, graphOutcomeOf } from '../answer.js';
import type { GraphMeanings } from '../failures.js';

const message = z.object({ message_id: z.string().min(1), recipient_id: z.string().optional() });
/** A reaction makes no message of its own. */
const action = z.object({ recipient_id: z.string().min(1) });

/** @param isMessage what was sent is one, and has an id */
export const messagingOutcomeOf = (answer: HttpAnswer, meanings: GraphMeanings, isMessage: boolean): Outcome =>
  graphOutcomeOf(answer, meanings, isMessage ? acceptedMessageOf : acceptedActionOf);

function acceptedMessageOf(json: unknown): Outcome | undefined {
  const read = message.safeParse(json).data;
  if (read === undefined) return undefined;
  const { message_id: id, recipient_id: address } = read;
  return {
    ...{ kind: 'accepted', providerMessageIds: [id] },
    ...(address === undefined ? {} : { providerAddress: address }),
  };
}

const acceptedActionOf = (json: unknown): Outcome | undefined =>
  action.safeParse(json).success ? { kind: 'accepted', providerMessageIds: [] } : undefined;

const account = z.object({
  name: z.string().optional(),
  username: z.string().optional(),
  id: z.string().optional(),
  user_id: z.union([z.string(), z.int()]).optional(),
});

/** Whose account it is, as people know it. */
export const messagingAccountOf = (answer: HttpAnswer, meanings: GraphMeanings): AccountAnswer =>
  graphAccountAnswerOf(answer, meanings, (json) => {
    const read = account.safeParse(json).data;
    if (read?.id === undefined && read?.user_id === undefined) return undefined;
    const name = read.username === undefined ? read.name : `@${read.username}`;
    return { kind: 'confirmed', ...(name === undefined ? {} : { account: name }) };
  });

const success = z.object({ success: z.literal(true) });

export const subscribedAnswerOf = (answer: HttpAnswer, meanings: GraphMeanings): AccountAnswer =>
  graphAccountAnswerOf(answer, meanings, (json) =>
    success.safeParse(json).success ? { kind: 'confirmed' } : undefined,
  );
