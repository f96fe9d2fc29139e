import { request, type Dispatcher } from 'undici';
import type { Outcome, SendRequest } from '../provider.js';
import { failureOf } from './failures.js';
import type { SandboxSettings } from './settings.js';
import { errorAnswer, sendAnswer, type SendBody } from './wire.js';

/** 4xx answers that do not say that the request was refused: whether it was processed isn't known. */
const AMBIGUOUS_STATUSES: ReadonlySet<number> = new Set([408, 425]);

/** One POST, no redirect, no retry. Never throws: whatever isn't a clear answer is `unknown` (rule 19). */
export async function callCarrier(
  baseUrl: string,
  send: SendRequest<SandboxSettings>,
  dispatcher: Dispatcher,
): Promise<Outcome> {
  const body: SendBody = {
    to: send.address,
    reference: send.reference,
    callbackUrl: send.webhookUrl,
    content: send.content,
  };
  try {
    const answer = await request(`${baseUrl.replace(/\/+$/, '')}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${send.settings.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: send.signal,
      dispatcher,
    });
    // The status alone is enough for a refusal: its body may be cut off or too long.
    return outcomeOf(answer.statusCode, parseJson(await answer.body.text().catch(() => '')));
  } catch {
    return { kind: 'unknown' };
  }
}

function outcomeOf(status: number, json: unknown): Outcome {
  if (status === 202) {
    const taken = sendAnswer.safeParse(json);
    return taken.success ? { kind: 'accepted', providerMessageIds: [taken.data.id] } : { kind: 'unknown' };
  }
  if (status < 400 || status >= 500 || AMBIGUOUS_STATUSES.has(status)) return { kind: 'unknown' };
  const told = errorAnswer.safeParse(json);
  if (!told.success) return { kind: 'rejected', failure: failureOf(undefined, status) };
  const { code, message } = told.data.error;
  return { kind: 'rejected', failure: failureOf(code, status), providerMessage: message };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
