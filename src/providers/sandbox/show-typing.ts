import type { Dispatcher } from 'undici';
import type { TypingRequest } from '../provider.js';
import { exchange } from './exchange.js';
import type { SandboxSettings } from './settings.js';

/** One POST. Never throws, and answers nothing: what isn't shown now is shown by the next one, or not at all. */
export async function showTyping(
  baseUrl: string,
  { settings: { token }, address, signal }: TypingRequest<SandboxSettings>,
  dispatcher: Dispatcher,
): Promise<void> {
  const json = { to: address };
  await exchange({ baseUrl, method: 'POST', path: '/typing', token, json, signal }, dispatcher).catch(() => undefined);
}
