import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageId } from '../../../../src/events/kernel/ids.js';
import { createProviderRegistry } from '../../../../src/providers/registry.js';
import { createSandboxAdapter } from '../../../../src/providers/sandbox/adapter.js';
import { startCuttingProxy, type Cut, type CuttingProxy } from '../../../support/cutting-proxy.js';
import { eventually } from '../../../support/eventually.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

/**
 * "Could have processed" is the provider's side of it: the whole request arrived. Such a call is accepted or unknown and
 * never made again; of one whose request was cut short nothing can come of it, but the caller can't know, and doesn't guess.
 */
let rig: DispatchRig;
let proxy: CuttingProxy;
beforeEach(async () => {
  rig = await openDispatchRig();
  proxy = await startCuttingProxy(rig.carrier.baseUrl);
  setChannel(1, proxy.baseUrl);
});
afterEach(async () => {
  await rig.close();
  await proxy.close();
});

const TOKEN = 't'.repeat(43);
const setChannel = (n: number, apiBaseUrl: string) =>
  rig.setChannel(n, { settings: { apiBaseUrl, token: TOKEN, ratePerSecond: 10_000 } });
const LIMITS = { callsPerChannel: 128, callsOverall: 256, pollMs: 50 };

/** Which nobody asks what became of a call: that would go over a line of its own, which later calls used again. */
const { lookUp: _lookUp, ...adapter } = createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => '' });
const providers = createProviderRegistry([adapter]);

/** After each byte of what goes one way, the last included, once by a FIN and once by a RST. */
const cutsWithin = (within: Cut['within'], bytes: number): Cut[] =>
  Array.from({ length: bytes + 1 }, (_, afterBytes) => [
    { within, afterBytes, by: 'end' as const },
    { within, afterBytes, by: 'reset' as const },
  ]).flat();

/**
 * How long a request and its answer are: the same for each message, for all ids are of one length. On a line of its own:
 * what went well is used again, and a call on it would meet no cut.
 */
async function measure(): Promise<{ requestBytes: number; answerBytes: number }> {
  const whole = await startCuttingProxy(rig.carrier.baseUrl);
  setChannel(2, whole.baseUrl);
  const messageId = await rig.accept({ thread: 9_999, channel: 2 });
  await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));
  await whole.close();
  const [passed] = whole.passed;
  return { requestBytes: passed?.request.length ?? 0, answerBytes: passed?.answer.length ?? 0 };
}

const isSettled = (said: readonly string[]) =>
  said.includes('message.submitted') || said.includes('message.outcome_unknown');
const callsPerReference = () => {
  const counts = new Map<string, number>();
  for (const { reference } of rig.carrier.calls) counts.set(reference, (counts.get(reference) ?? 0) + 1);
  return counts;
};

/** One message for each cut, each in a conversation of its own. */
async function sendThrough(cuts: readonly Cut[]): Promise<readonly MessageId[]> {
  proxy.cuts.push(...cuts);
  const messages = await Promise.all(cuts.map((_, index) => rig.accept({ thread: index + 1 })));
  const all = () => expect(messages.filter((messageId) => !isSettled(rig.said(messageId)))).toEqual([]);
  await eventually(all, { timeoutMs: 60_000, everyMs: 50 });
  return messages;
}

function expectHonest(messages: readonly MessageId[]) {
  const calls = callsPerReference();
  for (const messageId of messages) {
    const said = rig.said(messageId);
    expect(said.slice(0, 3)).toEqual([
      'message.accepted',
      'message.dispatched',
      said.includes('message.submitted') ? 'message.submitted' : 'message.outcome_unknown',
    ]);
    const arrived = calls.get(`${messageId}.1.0`) ?? 0;
    expect(arrived).toBeLessThanOrEqual(1);
    if (said.includes('message.submitted')) expect(arrived).toBe(1);
  }
  return messages.filter((messageId) => calls.has(`${messageId}.1.0`));
}
/** Calls on connections that met no cut: there must be none, for each call had its own. */
const callsBeyondCuts = () => proxy.passed.filter(({ request }) => request.toString('latin1').includes('POST ')).length;

describe('rule 19: a line that drops', () => {
  it('after each byte of the request: the call is unknown, and never made again', async () => {
    await rig.start({ limits: LIMITS, providers });
    const { requestBytes } = await measure();
    const messages = await sendThrough(cutsWithin('request', requestBytes));
    const arrived = expectHonest(messages);
    // The last two cuts are behind the last byte: those alone could have been processed.
    expect(arrived.length).toBeLessThanOrEqual(2);
    expect(messages.every((messageId) => rig.said(messageId).includes('message.outcome_unknown'))).toBe(true);
    expect([proxy.cuts.length, callsBeyondCuts()]).toEqual([0, 0]);
    console.info(`${messages.length} cuts of the request, ${arrived.length} arrived whole`);
  }, 90_000);

  it('after each byte of the answer: the call was processed once, and is accepted or unknown', async () => {
    await rig.start({ limits: LIMITS, providers });
    const { answerBytes } = await measure();
    const messages = await sendThrough(cutsWithin('answer', answerBytes));
    expect(expectHonest(messages)).toHaveLength(messages.length);
    const accepted = messages.filter((messageId) => rig.said(messageId).includes('message.submitted'));
    // Behind the last byte nothing is missing; a RST may still overtake it.
    expect(accepted.length).toBeLessThanOrEqual(2);
    expect([proxy.cuts.length, callsBeyondCuts()]).toEqual([0, 0]);
    console.info(`${messages.length} cuts of the answer, ${accepted.length} accepted`);
  }, 90_000);
});
