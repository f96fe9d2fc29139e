import type { HttpCaller } from '../http-call.js';
import type { LookUpAnswer, LookUpRequest } from '../provider.js';
import { failureOf } from './failures.js';
import { bearer, type SandboxSettings } from './settings.js';
import { errorAnswer, sendAnswer } from './wire.js';

/** One GET. Never throws: only a 200 that says what became of the call is an answer. */
export async function lookUpCall(
  baseUrl: string,
  { settings, reference, signal }: LookUpRequest<SandboxSettings>,
  call: HttpCaller,
): Promise<LookUpAnswer> {
  const path = `/messages?reference=${encodeURIComponent(reference)}`;
  const end = await call({ baseUrl, method: 'GET', path, headers: bearer(settings), signal });
  return end.kind === 'answered' && end.status === 200 ? answerOf(end.json) : { kind: 'unknown' };
}

function answerOf(json: unknown): LookUpAnswer {
  const taken = sendAnswer.safeParse(json);
  if (taken.success) return { kind: 'accepted', providerMessageIds: [taken.data.id] };
  const refused = errorAnswer.safeParse(json);
  if (!refused.success) return { kind: 'unknown' };
  const { code, message } = refused.data.error;
  return { kind: 'rejected', failure: failureOf(code), providerMessage: message };
}
