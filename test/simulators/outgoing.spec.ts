import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelIds } from '../../src/events/kernel/ids.js';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { createAdapters } from '../../src/roles/providers.js';
import { SIMULATED, type Described } from '../../src/simulators/simulated.js';
import { startSimulator, type SimulatedProvider, type Simulator } from '../../src/simulators/simulator.js';
import type { OutgoingSample } from '../contracts/provider.contract.js';
import { OUTGOING as BIRD } from '../providers/bird/outgoing.js';
import { OUTGOING as BOTMAKER } from '../providers/botmaker/outgoing.js';
import { cloudOf, ON_PREMISES } from '../providers/cbot/outgoing.js';
import { OUTGOING as INSTAGRAM } from '../providers/meta-instagram/outgoing.js';
import { OUTGOING as MESSENGER } from '../providers/meta-messenger/outgoing.js';
import { OUTGOING as WHATSAPP } from '../providers/meta-whatsapp/outgoing.js';
import { OUTGOING as TELEGRAM } from '../providers/telegram/outgoing.js';
import { OUTGOING as WHAUTOCHAT } from '../providers/whautochat/outgoing.js';
import { postToGraph, startHandshakingReceiver } from './graph-client.js';

const CHANNEL = channelIds.parse('chan_01h455vb4pex5vsknk084sn02q');
const NUMBER = '31600000001';
const PERSON = '24001';
const adapters = createAdapters(() => undefined);

interface Taken {
  readonly address: string;
  readonly samples: readonly OutgoingSample[];
  readonly described: Described;
  start(running: Running[]): Promise<Simulator>;
}

/** @param letIn lets the contact write first, where nothing is taken otherwise */
const taken = <Provider extends SimulatedProvider>(
  described: Described<Provider>,
  address: string,
  samples: readonly OutgoingSample[],
  letIn?: (provider: Provider, baseUrl: string, hook: string) => Promise<unknown>,
): Taken => ({
  ...{ described, address, samples },
  async start(running) {
    const provider = described.create();
    const simulator = await startSimulator(provider);
    running.push(simulator);
    if (letIn === undefined) return simulator;
    const receiver = await startHandshakingReceiver();
    running.push({ stop: () => receiver.close() });
    await letIn(provider, simulator.baseUrl, `${receiver.baseUrl}/hook`);
    return simulator;
  },
});
/** Which templates there are is each simulator's own. */
const withoutTemplates = (samples: readonly OutgoingSample[]) =>
  samples.filter(({ content }) => content.kind !== 'template');
const setInDashboard = (baseUrl: string, url: string) =>
  postToGraph(baseUrl, { url, verifyToken: 'simulated-token' }, '/dashboard/webhook');

const TAKEN: Readonly<Record<keyof typeof SIMULATED, Taken>> = {
  bird: taken(SIMULATED.bird, `+${NUMBER}`, withoutTemplates(BIRD)),
  botmaker: taken(SIMULATED.botmaker, `+${NUMBER}`, BOTMAKER),
  cbot: taken(SIMULATED.cbot, `+${NUMBER}`, cloudOf('r')),
  'cbot-on-premises': taken(SIMULATED['cbot-on-premises'], `+${NUMBER}`, ON_PREMISES),
  'meta-instagram': taken(SIMULATED['meta-instagram'], PERSON, INSTAGRAM, async (instagram, baseUrl, hook) => {
    await setInDashboard(baseUrl, hook);
    instagram.messageFrom(PERSON, { text: 'hi' });
  }),
  'meta-messenger': taken(SIMULATED['meta-messenger'], PERSON, MESSENGER, async (messenger, baseUrl, hook) => {
    await setInDashboard(baseUrl, hook);
    messenger.messageFrom(PERSON, { text: 'hi' });
  }),
  'meta-whatsapp': taken(
    SIMULATED['meta-whatsapp'],
    `+${NUMBER}`,
    withoutTemplates(WHATSAPP),
    async (whatsApp, baseUrl, hook) => {
      const address = { override_callback_uri: hook, verify_token: 'simulated-token' };
      await postToGraph(baseUrl, address, '/v25.0/900/subscribed_apps', 'simulated');
      whatsApp.messageFrom(NUMBER, { type: 'text', text: { body: 'hi' } });
    },
  ),
  telegram: taken(SIMULATED.telegram, '77', TELEGRAM),
  whautochat: taken(SIMULATED.whautochat, `+${NUMBER}`, WHAUTOCHAT),
};

// Whoever has no account tries it out there: what the contract takes, the simulator must take.
describe.each(Object.entries(TAKEN))('the simulated %s takes what its contract shows', (name, one) => {
  const kind = name.replace('-on-premises', '').toUpperCase().replaceAll('-', '_');
  const adapter = adapters.find((each) => each.kind === kind);
  const running: Running[] = [];
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await one.start(running);
  });
  afterAll(() => stopAll(running));

  it.each(one.samples)('$name', async ({ content, calls, platform, replyToProviderMessageId }) => {
    if (adapter === undefined || CHANNEL === undefined) throw new Error('There is no such adapter.');
    const { settings, baseUrlSetting = 'apiBaseUrl' } = one.described;
    const parsed = adapter.parseSettings({ ...settings, [baseUrlSetting]: simulator.baseUrl });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.refusals));
    const [standard = 'WHATSAPP'] = adapter.platforms;
    for (const part of calls.keys()) {
      const outcome = await adapter.send({
        ...{ settings: parsed.value, channelId: CHANNEL, platform: platform ?? standard, address: one.address },
        ...{ content, part, call: 1, reference: 'r', webhookUrl: '', replyToProviderMessageId },
        signal: AbortSignal.timeout(5_000),
      });
      expect(outcome, simulator.calls.at(-1)?.body).toMatchObject({ kind: 'accepted' });
    }
  });
});
