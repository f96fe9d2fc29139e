import { isRefusal } from '../failures.js';
import type { HttpAnswer } from '../http-call.js';
import type { Outcome, PartRequest, ProviderCall } from '../provider.js';
import { retryAfterOf } from '../retry-after.js';
import { failureOf } from './failures.js';
import { partOf, partsOf } from './parts.js';
import { bearer, type SandboxSettings } from './settings.js';
import { errorAnswer, sendAnswer, UNAVAILABLE_CODE, type SendBody } from './wire.js';

/** One POST. */
export function callOf(baseUrl: string, send: PartRequest<SandboxSettings>): ProviderCall {
  const json: SendBody = {
    to: send.address,
    reference: send.reference,
    callbackUrl: send.webhookUrl,
    content: partOf(send.content, send.part),
    part: { index: send.part, count: partsOf(send.content) },
    replyTo: send.replyToProviderMessageId,
    call: send.call,
    chaos: send.settings.chaos,
  };
  return { baseUrl, method: 'POST', path: '/messages', headers: bearer(send.settings), json };
}

/** Whatever isn't a clear answer is `unknown` (rule 19). */
export function outcomeOf({ status, headers, json }: HttpAnswer): Outcome {
  if (status === 202) {
    const taken = sendAnswer.safeParse(json);
    return taken.success ? { kind: 'accepted', providerMessageIds: [taken.data.id] } : { kind: 'unknown' };
  }
  if (status === 429) return throttled(retryAfterOf(headers, new Date()));
  const told = errorAnswer.safeParse(json);
  if (status === 503) return { kind: told.data?.error.code === UNAVAILABLE_CODE ? 'unavailable' : 'unknown' };
  if (!isRefusal(status)) return { kind: 'unknown' };
  if (!told.success) return { kind: 'rejected', failure: failureOf(undefined, status) };
  const { code, message } = told.data.error;
  return { kind: 'rejected', failure: failureOf(code, status), providerMessage: message };
}

const throttled = (retryAfterMs: number | undefined): Outcome =>
  retryAfterMs === undefined ? { kind: 'throttled' } : { kind: 'throttled', retryAfterMs };
