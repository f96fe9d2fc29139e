import { z } from 'zod';
import { failureAs, isRefusal, meaningOfStatus } from '../failures.js';
import type { HttpAnswer } from '../http-call.js';
import { outcomeOf as cloudOutcomeOf } from '../meta-whatsapp/answer.js';
import type { GraphMeaning } from '../meta/failures.js';
import type { AccountAnswer, Outcome } from '../provider.js';
import { retryAfterOf } from '../retry-after.js';
import { meaningOfClientCode, meaningOfGateway } from './failures.js';

const words = z.string().optional().catch(undefined);
const taken = z.object({ messages: z.array(z.object({ id: z.string().min(1) })).min(1) });
const clientError = z.object({
  errors: z.array(z.object({ code: z.int(), title: words, details: words })).min(1),
});
const httpCode = z.int().optional().catch(undefined);
const gatewayError = z.object({
  meta: z.object({
    success: z.literal(false),
    ...{ http_code: httpCode, httpCode, developer_message: words, developerMessage: words },
  }),
});

/** Why it wasn't taken. `meaning`: undefined where the code isn't known. */
interface Fault {
  readonly status: number;
  readonly meaning: GraphMeaning | undefined;
  readonly code: string;
  readonly said: string | undefined;
}

/**
 * What became of a call. On premises an error may come with a 200, and CBOT's gateway has errors of its own before either
 * flavour; what is none of these is read as Meta's.
 */
export function outcomeOf(answer: HttpAnswer): Outcome {
  const isTaken = isSuccess(answer.status) && taken.safeParse(answer.json).success;
  const fault = isTaken ? undefined : faultOf(answer);
  if (fault !== undefined) return failedAs(answer, fault);
  return cloudOutcomeOf(answer.status === 201 ? { ...answer, status: 200 } : answer);
}

const isSuccess = (status: number): boolean => status === 200 || status === 201;

function faultOf({ status, json }: HttpAnswer): Fault | undefined {
  const client = clientError.safeParse(json).data?.errors[0];
  if (client !== undefined) {
    const { code, details, title } = client;
    return { status, meaning: meaningOfClientCode(code), code: String(code), said: details ?? title };
  }
  const gateway = gatewayError.safeParse(json).data?.meta;
  if (gateway === undefined) return undefined;
  const told = gateway.http_code ?? gateway.httpCode ?? status;
  const said = gateway.developer_message ?? gateway.developerMessage;
  return { status: told, meaning: meaningOfGateway(told, said), code: String(told), said };
}

function failedAs({ headers }: HttpAnswer, { status, meaning, code, said }: Fault): Outcome {
  if (meaning?.ends === 'throttled' || (meaning === undefined && status === 429)) {
    const retryAfterMs = retryAfterOf(headers, new Date());
    return retryAfterMs === undefined ? { kind: 'throttled' } : { kind: 'throttled', retryAfterMs };
  }
  if (meaning?.ends !== undefined) return { kind: meaning.ends };
  if (meaning === undefined && !isRefusal(status) && !isSuccess(status)) return { kind: 'unknown' };
  const { code: why, isRetryable } = meaning ?? meaningOfStatus(status);
  return {
    ...{ kind: 'rejected', failure: failureAs({ code: why, isRetryable }, code) },
    ...(said === undefined ? {} : { providerMessage: said }),
  };
}

const thing = z.record(z.string(), z.unknown());

/** What became of a call that concerns the webhook: the answer shows how it is set. */
export function accountAnswerOf(answer: HttpAnswer): AccountAnswer {
  const { status, json } = answer;
  const isFaulty = faultOf(answer) !== undefined || thing.safeParse(json).data?.['error'] !== undefined;
  if (isSuccess(status) && !isFaulty) return { kind: thing.safeParse(json).success ? 'confirmed' : 'unknown' };
  const outcome = outcomeOf(answer);
  if (outcome.kind === 'rejected') return { ...outcome, kind: 'refused' };
  return { kind: outcome.kind === 'unknown' && status < 500 ? 'unknown' : 'unavailable' };
}
