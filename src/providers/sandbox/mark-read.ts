import type { Dispatcher } from 'undici';
import type { ReadMarkRequest } from '../provider.js';
import { exchange } from './exchange.js';
import type { SandboxSettings } from './settings.js';

/** One POST. Never throws, and answers nothing: the next mark says it again, and more. */
export async function markRead(
  baseUrl: string,
  { settings: { token }, address, providerMessageId, signal }: ReadMarkRequest<SandboxSettings>,
  dispatcher: Dispatcher,
): Promise<void> {
  const json = { to: address, upTo: providerMessageId };
  await exchange({ baseUrl, method: 'POST', path: '/read', token, json, signal }, dispatcher).catch(() => undefined);
}
