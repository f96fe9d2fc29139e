import type { Dispatcher } from 'undici';
import type { LookUpAnswer, LookUpRequest } from '../provider.js';
import { exchange } from './exchange.js';
import { failureOf } from './failures.js';
import type { SandboxSettings } from './settings.js';
import { errorAnswer, sendAnswer } from './wire.js';

/** One GET. Never throws: only a 200 that says what became of the call is an answer. */
export async function lookUpCall(
  baseUrl: string,
  { settings: { token }, reference, signal }: LookUpRequest<SandboxSettings>,
  dispatcher: Dispatcher,
): Promise<LookUpAnswer> {
  const path = `/messages?reference=${encodeURIComponent(reference)}`;
  try {
    const { status, json } = await exchange({ baseUrl, method: 'GET', path, token, signal }, dispatcher);
    return status === 200 ? answerOf(json) : { kind: 'unknown' };
  } catch {
    return { kind: 'unknown' };
  }
}

function answerOf(json: unknown): LookUpAnswer {
  const taken = sendAnswer.safeParse(json);
  if (taken.success) return { kind: 'accepted', providerMessageIds: [taken.data.id] };
  const refused = errorAnswer.safeParse(json);
  if (!refused.success) return { kind: 'unknown' };
  const { code, message } = refused.data.error;
  return { kind: 'rejected', failure: failureOf(code), providerMessage: message };
}
