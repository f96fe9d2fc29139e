import type { HttpCaller } from '../http-call.js';
import type { TypingRequest } from '../provider.js';
import { bearer, type SandboxSettings } from './settings.js';

/** One POST. Never throws, and answers nothing: what isn't shown now is shown by the next one, or not at all. */
export async function showTyping(
  baseUrl: string,
  { settings, address, signal }: TypingRequest<SandboxSettings>,
  call: HttpCaller,
): Promise<void> {
  await call({ baseUrl, method: 'POST', path: '/typing', headers: bearer(settings), json: { to: address }, signal });
}
