import { createRecent } from '../recent.js';
import type { Channel } from './channel.js';
import type { ProviderAdapter, WindowAnswer } from './provider.js';

/** Whose window is asked for. */
export interface WindowQuestion {
  readonly channel: Channel;
  readonly adapter: ProviderAdapter;
  readonly address: string;
  readonly providerContactId?: string | undefined;
}

/** Undefined: the provider can't be asked. Never throws. */
export type AskWindow = (question: WindowQuestion) => Promise<WindowAnswer | undefined>;

/** A send answers within 5 s, and has more to do than this. */
const CALL_MS = 2_000;
/** Of all channels of this process; beyond it nobody knows, and the provider judges what it is sent. */
const CALLS_MAX = 32;
/** A closed window opens when the contact writes, and that is heard by itself. */
const KEPT_MS = 20_000;
const KEPT_MAX = 10_000;
const UNKNOWN: WindowAnswer = { kind: 'unknown' };
type Answer = Awaited<ReturnType<AskWindow>>;

/**
 * Asks providers about service windows: once for all who ask at the same time, and not again for a short while.
 * @param now milliseconds of a clock that never goes back
 */
export function createAskWindow(now: () => number = () => performance.now()): AskWindow {
  const kept = createRecent<{ readonly answer: Promise<Answer>; readonly until: number }>(KEPT_MAX);
  let underWay = 0;
  const ask = async ({ channel, adapter, address, providerContactId }: WindowQuestion): Promise<Answer> => {
    if (underWay >= CALLS_MAX) return UNKNOWN;
    underWay += 1;
    const { id: channelId, platform, settings } = channel;
    const asked = { channelId, platform, settings, address, providerContactId };
    try {
      return await adapter.askWindow?.({ ...asked, signal: AbortSignal.timeout(CALL_MS) });
    } catch {
      // An adapter that throws breaks its promise.
      return UNKNOWN;
    } finally {
      underWay -= 1;
    }
  };
  return async (question) => {
    const { channel, adapter, address, providerContactId } = question;
    if (adapter.askWindow === undefined) return undefined;
    const key = `${channel.id} ${providerContactId ?? ''} ${address}`;
    const known = kept.get(key);
    if (known !== undefined && now() < known.until) return known.answer;
    const answer = ask(question);
    kept.set(key, { answer, until: now() + KEPT_MS });
    return answer;
  };
}
