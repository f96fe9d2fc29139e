import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProviderRegistry } from '../../src/providers/registry.js';
import { createSandboxAdapter } from '../../src/providers/sandbox/adapter.js';
import type { ProviderAnswer } from '../../src/telemetry/meter.js';
import { meteredProviders } from '../../src/telemetry/metered-providers.js';
import { createMetrics } from '../../src/telemetry/prometheus.js';
import { channelId } from '../support/events.js';
import { startScriptedCarrier, type CarrierAnswer, type ScriptedCarrier } from '../support/scripted-carrier.js';

let carrier: ScriptedCarrier;
beforeAll(async () => {
  carrier = await startScriptedCarrier();
});
afterAll(() => carrier.close());

const told: ProviderAnswer[] = [];
const meter = {
  ...createMetrics(() => Promise.resolve([])).meter,
  providerAnswered: (answer: ProviderAnswer) => void told.push(answer),
};
const adapter = createSandboxAdapter({ defaultBaseUrl: () => carrier.baseUrl, newSecret: () => 'x'.repeat(43) });
const metered = meteredProviders(createProviderRegistry([adapter]), meter).get('SANDBOX');
const call = {
  settings: { token: 't'.repeat(43) },
  channelId: channelId(),
  platform: 'WHATSAPP' as const,
  reference: 'ref',
  address: '+15550100000',
};
const signal = new AbortController().signal;
const send = () =>
  metered?.send({
    ...{ ...call, part: 0, call: 1, signal, webhookUrl: 'http://127.0.0.1:9/webhooks' },
    content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
  });

const error = (code: string) => ({ error: { code, message: 'No.' } });
const CASES: readonly (readonly [string, CarrierAnswer])[] = [
  ['accepted', 'accept'],
  ['rejected', { status: 422, body: error('recipient_not_on_platform') }],
  ['throttled', { status: 429, body: {} }],
  ['unavailable', { status: 503, body: error('unavailable') }],
  ['unknown', 'drop'],
];

it.each(CASES)('counts a call that is %s, once, and hands its outcome on', async (outcome, answer) => {
  told.length = 0;
  carrier.script = () => answer;
  expect((await send())?.kind).toBe(outcome);
  expect(told).toEqual([{ provider: 'sandbox', operation: 'send', outcome, seconds: expect.any(Number) as unknown }]);
});

it('counts look-ups apart', async () => {
  told.length = 0;
  carrier.find = () => ({ status: 200, body: { id: 'carrier-1' } });
  expect((await metered?.lookUp?.({ ...call, calledAt: new Date(), signal }))?.kind).toBe('accepted');
  expect(told).toMatchObject([{ operation: 'look_up', outcome: 'accepted' }]);
});
