import type { HttpAnswer, HttpCaller, ProviderCall } from './http-call.js';
import type { Outcome, PartRequest, ProviderAdapter, SendRequest } from './provider.js';

/**
 * `request`, and a `send` that makes exactly that call: what a preview shows can't differ from what is sent.
 * @param outcomeOf what an answer means; no answer means what the call says (rule 19)
 */
export const sendBy = <Settings>(
  call: HttpCaller,
  request: (part: PartRequest<Settings>) => ProviderCall,
  outcomeOf: (answer: HttpAnswer, sent: SendRequest<Settings>) => Outcome,
): Pick<ProviderAdapter<Settings>, 'request' | 'send'> => ({
  request,
  async send(sent) {
    const end = await call({ ...request(sent), signal: sent.signal });
    return end.kind === 'answered' ? outcomeOf(end, sent) : end;
  },
});
