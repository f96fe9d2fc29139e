import { z } from 'zod';
import { failureAs, isRefusal } from '../failures.js';
import type { HttpAnswer } from '../http-call.js';
import { parseJson } from '../parse-json.js';
import type { AccountAnswer, Outcome } from '../provider.js';
import { retryAfterOf } from '../retry-after.js';
import { meaningOfCode, meaningWithoutCode, type GraphMeaning, type GraphMeanings } from './failures.js';

const failure = z.object({
  error: z.object({
    code: z.int(),
    error_subcode: z.int().optional(),
    message: z.string().optional(),
    error_data: z.object({ details: z.string().optional() }).optional().catch(undefined),
  }),
});
type Failure = z.infer<typeof failure>['error'];

/** What the provider says of it, for people: the details where there are any, for the message is the same for all. */
export const wordsOf = ({ message, error_data: data }: Pick<Failure, 'message' | 'error_data'>): string | undefined =>
  data?.details ?? message;

/**
 * What became of a call. An error is one whatever the status is: a 200 may carry one. A 5xx without a code that is known
 * says nothing: the Graph API knows no idempotency key, and a repeat might be a second message.
 *
 * @param acceptedOf reads the answer to a call that was taken; undefined: it isn't understood
 */
export function graphOutcomeOf(
  answer: HttpAnswer,
  meanings: GraphMeanings,
  acceptedOf: (json: unknown) => Outcome | undefined,
): Outcome {
  const { status, json } = answer;
  const told = failure.safeParse(json).data?.error;
  if (told === undefined && status === 200) return acceptedOf(json) ?? { kind: 'unknown' };
  return failedAs(answer, told, told && meaningOfCode(told.code, told.error_subcode, meanings));
}

function failedAs(answer: HttpAnswer, told: Failure | undefined, known: GraphMeaning | undefined): Outcome {
  const { status } = answer;
  if (known?.ends === 'throttled' || (known === undefined && status === 429)) return throttledOf(answer, known);
  if (known?.ends !== undefined) return { kind: known.ends };
  if (known === undefined && !isRefused(status, told)) return { kind: 'unknown' };
  return { kind: 'rejected', ...said(told, known ?? meaningWithoutCode(status)) };
}

/** A 200 that carries an error is a refusal as well. */
const isRefused = (status: number, told: Failure | undefined): boolean =>
  isRefusal(status) || (told !== undefined && status === 200);

function said(told: Failure | undefined, meaning: GraphMeaning) {
  const subcode = told?.error_subcode ? `/${told.error_subcode}` : '';
  const providerMessage = told && wordsOf(told);
  return {
    failure: failureAs(meaning, told && `${told.code}${subcode}`),
    ...(providerMessage === undefined ? {} : { providerMessage }),
  };
}

function throttledOf({ headers }: HttpAnswer, known: GraphMeaning | undefined): Outcome {
  const retryAfterMs = retryAfterOf(headers, new Date()) ?? regainMsOf(headers['x-business-use-case-usage']);
  return {
    kind: 'throttled',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(known?.isOfAddress === undefined ? {} : { isOfAddress: known.isOfAddress }),
  };
}

const usage = z.record(
  z.string(),
  z.array(z.object({ estimated_time_to_regain_access: z.number().min(0).optional() })),
);
const REGAIN_MS_MAX = 600_000;

/** Minutes until calls are taken again, by account and kind of call; the longest counts. */
function regainMsOf(header: string | string[] | undefined): number | undefined {
  const read = typeof header === 'string' ? usage.safeParse(parseJson(header)).data : undefined;
  const minutes = Object.values(read ?? {}).flatMap((kinds) =>
    kinds.map((kind) => kind.estimated_time_to_regain_access ?? 0),
  );
  const longestMs = Math.max(0, ...minutes) * 60_000;
  return longestMs > 0 ? Math.min(longestMs, REGAIN_MS_MAX) : undefined;
}

/**
 * What became of a call that concerns the account itself.
 *
 * @param confirmedOf reads the answer of one that is; undefined: it isn't understood
 */
export function graphAccountAnswerOf(
  answer: HttpAnswer,
  meanings: GraphMeanings,
  confirmedOf: (json: unknown) => AccountAnswer | undefined,
): AccountAnswer {
  const { status, json } = answer;
  const told = failure.safeParse(json).data?.error;
  if (told === undefined && status === 200) return confirmedOf(json) ?? { kind: 'unknown' };
  const outcome = failedAs(answer, told, told && meaningOfCode(told.code, told.error_subcode, meanings));
  if (outcome.kind === 'rejected') return { ...outcome, kind: 'refused' };
  return { kind: outcome.kind === 'unknown' && status < 500 ? 'unknown' : 'unavailable' };
}
