import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandboxAdapter } from '../../../src/providers/sandbox/adapter.js';
import { startCuttingProxy, type Cut, type CuttingProxy } from '../../support/cutting-proxy.js';
import { channelId } from '../../support/events.js';
import { startScriptedCarrier, type ScriptedCarrier } from '../../support/scripted-carrier.js';

let carrier: ScriptedCarrier;
let proxy: CuttingProxy;
beforeAll(async () => {
  carrier = await startScriptedCarrier();
  proxy = await startCuttingProxy(carrier.baseUrl);
});
afterAll(async () => {
  await proxy.close();
  await carrier.close();
});

/** With connections of its own. */
const newAdapter = () => createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => '' });
let sends = 0;
async function send(adapter = newAdapter(), baseUrl = proxy.baseUrl) {
  sends += 1;
  const reference = `reference-${String(sends).padStart(6, '0')}`;
  const outcome = await adapter.send({
    settings: { apiBaseUrl: baseUrl, token: 't'.repeat(43) },
    channelId: channelId(),
    platform: 'WHATSAPP' as const,
    reference,
    address: '+15550100000',
    content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
    part: 0,
    call: 1,
    webhookUrl: 'http://127.0.0.1:9',
    signal: AbortSignal.timeout(10_000),
  });
  return { outcome: outcome.kind, arrived: carrier.calls.filter((call) => call.reference === reference).length };
}

/** How long a request and its answer are. */
async function measure() {
  const whole = await startCuttingProxy(carrier.baseUrl);
  await send(newAdapter(), whole.baseUrl);
  await whole.close();
  const [passed] = whole.passed;
  return { request: passed?.request.length ?? 0, answer: passed?.answer.length ?? 0 };
}

/** Two calls, the second on the line of the first, which drops then. */
async function sendTwice(cut: Cut) {
  for (;;) {
    const passedBefore = proxy.passed.length;
    const adapter = newAdapter();
    proxy.cuts.push(cut);
    expect(await send(adapter)).toEqual({ outcome: 'accepted', arrived: 1 });
    // For a moment the line is still taken, and a call then would open another.
    await new Promise((resolve) => setImmediate(resolve));
    const second = await send(adapter);
    if (proxy.passed.length === passedBefore) return second;
  }
}

it.each(['request', 'answer'] as const)(
  'rules 17, 19: on a line that was used before and drops after any byte of the %s, a call is made once at most',
  async (within) => {
    const { [within]: bytes } = await measure();
    for (let n = 1; n <= bytes; n += 1) {
      const cut: Cut = { within, afterBytes: bytes + n, by: n % 2 === 0 ? 'end' : 'reset' };
      const { outcome, arrived } = await sendTwice(cut);
      const isWhole = within === 'answer' && n === bytes;
      expect({ cut, outcome }).toEqual({
        cut,
        outcome: isWhole ? expect.stringMatching('accepted|unknown') : 'unknown',
      });
      if (within === 'answer') expect(arrived).toBe(1);
      else expect(arrived).toBeLessThanOrEqual(n === bytes ? 1 : 0);
    }
  },
  30_000,
);
