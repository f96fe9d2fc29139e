import type { HttpCaller } from '../http-call.js';
import type { ReadMarkRequest } from '../provider.js';
import { bearer, type SandboxSettings } from './settings.js';

/** One POST. Never throws, and answers nothing: the next mark says it again, and more. */
export async function markRead(
  baseUrl: string,
  { settings, address, providerMessageId, signal }: ReadMarkRequest<SandboxSettings>,
  call: HttpCaller,
): Promise<void> {
  const json = { to: address, upTo: providerMessageId };
  await call({ baseUrl, method: 'POST', path: '/read', headers: bearer(settings), json, signal });
}
