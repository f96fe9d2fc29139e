import type { Dispatcher } from 'undici';
import { wasNeverSent } from '../never-sent.js';
import type { Outcome, SendRequest } from '../provider.js';
import { retryAfterOf } from '../retry-after.js';
import { exchange, type CarrierResponse } from './exchange.js';
import { failureOf } from './failures.js';
import { partOf, partsOf } from './parts.js';
import type { SandboxSettings } from './settings.js';
import { errorAnswer, sendAnswer, UNAVAILABLE_CODE, type SendBody } from './wire.js';

/** 4xx answers that do not say that the request was refused: whether it was processed isn't known. */
const AMBIGUOUS_STATUSES: ReadonlySet<number> = new Set([408, 425]);

/** One POST. Never throws: whatever isn't a clear answer is `unknown` (rule 19). */
export async function callCarrier(
  baseUrl: string,
  send: SendRequest<SandboxSettings>,
  dispatcher: Dispatcher,
): Promise<Outcome> {
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
  const { token } = send.settings;
  try {
    return outcomeOf(
      await exchange({ baseUrl, method: 'POST', path: '/messages', token, json, signal: send.signal }, dispatcher),
    );
  } catch (error) {
    return wasNeverSent(error) ? { kind: 'unavailable' } : { kind: 'unknown' };
  }
}

function outcomeOf({ status, headers, json }: CarrierResponse): Outcome {
  if (status === 202) {
    const taken = sendAnswer.safeParse(json);
    return taken.success ? { kind: 'accepted', providerMessageIds: [taken.data.id] } : { kind: 'unknown' };
  }
  if (status === 429) return throttled(retryAfterOf(headers, new Date()));
  const told = errorAnswer.safeParse(json);
  if (status === 503) return { kind: told.data?.error.code === UNAVAILABLE_CODE ? 'unavailable' : 'unknown' };
  if (status < 400 || status >= 500 || AMBIGUOUS_STATUSES.has(status)) return { kind: 'unknown' };
  if (!told.success) return { kind: 'rejected', failure: failureOf(undefined, status) };
  const { code, message } = told.data.error;
  return { kind: 'rejected', failure: failureOf(code, status), providerMessage: message };
}

const throttled = (retryAfterMs: number | undefined): Outcome =>
  retryAfterMs === undefined ? { kind: 'throttled' } : { kind: 'throttled', retryAfterMs };
