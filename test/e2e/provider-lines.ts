import type { Running } from '../../src/lifecycle.js';
import { SIMULATED, type Described } from '../../src/simulators/simulated.js';
import { startSimulator, type SimulatedProvider, type Simulator } from '../../src/simulators/simulator.js';
import type { PostedWebhook } from '../../src/simulators/webhook-poster.js';
import type { ApiClient } from '../support/api-client.js';

/** A channel, with the provider that carries it: as `parley simulate` starts it, by the settings that it prints. */
export interface ProviderLine {
  readonly name: string;
  /** Each index another contact, as `SendMessageInput.to.address` has him. */
  addressOf(contact: number): string;
  /** How far a message comes there that nothing is wrong with. */
  readonly reaches: 'READ' | 'SENT';
  /** Whether a receipt says which of our calls it is about. */
  readonly echoesReference: boolean;
  readonly simulator: Simulator;
  readonly channelId: string;
  /** A text of a contact's, as the provider posts it. */
  says(contact: number, text: string): readonly PostedWebhook[];
}

type Traits = Pick<ProviderLine, 'name' | 'addressOf' | 'reaches' | 'echoesReference'> & {
  readonly provider: string;
  readonly platform: string;
};

interface Kind<Provider extends SimulatedProvider> extends Traits {
  readonly described: Described<Provider>;
  says(provider: NoInfer<Provider>, contact: number, text: string): readonly PostedWebhook[];
  /** What an operator does by hand, over there. */
  setUp?(provider: NoInfer<Provider>, webhookUrl: string, simulator: Simulator): unknown;
  /** Whether `registerChannelWebhook` works. */
  readonly registers: boolean;
}

type Connect = (client: ApiClient, running: Running[]) => Promise<ProviderLine>;

const CREATE = `mutation ($input: CreateChannelInput!) { done: createChannel(input: $input) {
  channel { id webhookUrl } userErrors { code field } } }`;
const REGISTER = `mutation ($input: ChannelInput!) { done: registerChannelWebhook(input: $input) {
  isConfirmed userErrors { code } } }`;

interface Created {
  readonly done: {
    readonly channel: { readonly id: string; readonly webhookUrl: string } | null;
    readonly userErrors: readonly unknown[];
  };
}

/** @throws when it is refused */
export async function createChannel(client: ApiClient, input: object): Promise<{ id: string; webhookUrl: string }> {
  const { done } = await client.run<Created>(CREATE, { input });
  if (done.channel === null) throw new Error(`No channel: ${JSON.stringify(done.userErrors)}`);
  return done.channel;
}

function lineOf<Provider extends SimulatedProvider>(kind: Kind<Provider>): Connect {
  const { described, provider, platform, says, setUp, registers, ...traits } = kind;
  return async (client, running) => {
    const simulated = described.create();
    const simulator = await startSimulator(simulated, { seed: 1 });
    running.push(simulator);
    const settings = { ...described.settings, [described.baseUrlSetting ?? 'apiBaseUrl']: simulator.baseUrl };
    const { id, webhookUrl } = await createChannel(client, { name: traits.name, provider, platform, settings });
    await setUp?.(simulated, webhookUrl, simulator);
    if (registers) {
      const { done } = await client.run<{ done: { isConfirmed: boolean } }>(REGISTER, { input: { channelId: id } });
      if (!done.isConfirmed) throw new Error(`${traits.name}: ${JSON.stringify(done)}`);
    }
    return { ...traits, simulator, channelId: id, says: (contact, text) => says(simulated, contact, text) };
  };
}

const numberOf = (contact: number) => `316000001${String(contact).padStart(2, '0')}`;
/** On platforms that have ids of their own. */
const idOf = (contact: number) => 2_400 + contact;
const byNumber = {
  platform: 'WHATSAPP',
  reaches: 'READ',
  addressOf: (contact: number) => `+${numberOf(contact)}`,
} as const;
const byId = { addressOf: (contact: number) => String(idOf(contact)) } as const;

interface Texting<Said> {
  messageFrom(from: string, said: Said): PostedWebhook;
}
const saysOnWhatsApp = (provider: Texting<Readonly<Record<string, unknown>>>, contact: number, body: string) => [
  provider.messageFrom(numberOf(contact), { type: 'text', text: { body } }),
];
const saysToPage = (provider: Texting<{ text: string }>, contact: number, text: string) => [
  provider.messageFrom(String(idOf(contact)), { text }),
];

/** The app's address is set by hand; then the account is subscribed by a call. */
const setInDashboard = async (url: string, { baseUrl }: Simulator) => {
  const answer = await fetch(`${baseUrl}/dashboard/webhook`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ url, verifyToken: SIMULATED['meta-messenger'].settings.verifyToken }),
  });
  if (answer.status !== 200) throw new Error(await answer.text());
};

const cbot = { provider: 'CBOT', ...byNumber, registers: true, says: saysOnWhatsApp } as const;
const page = {
  ...byId,
  reaches: 'READ',
  registers: true,
  says: saysToPage,
  setUp: (_provider: unknown, url: string, simulator: Simulator) => setInDashboard(url, simulator),
} as const;

/** All providers, one of them in both its flavours. */
export const LINES: readonly Connect[] = [
  lineOf({
    ...{ name: 'Bird', provider: 'BIRD', ...byNumber, registers: true, echoesReference: true },
    described: SIMULATED.bird,
    says: (bird, contact, text) =>
      bird.messageFrom(`+${numberOf(contact)}`, { body: { type: 'text', text: { text } } }),
  }),
  lineOf({
    ...{ name: 'Botmaker', provider: 'BOTMAKER', ...byNumber, registers: false, echoesReference: true },
    described: SIMULATED.botmaker,
    says: (botmaker, contact, message) => [botmaker.messageFrom(numberOf(contact), { message })],
    setUp: (botmaker, webhookUrl) => botmaker.connect(webhookUrl),
  }),
  lineOf({
    ...{ name: 'CBOT in the cloud', ...cbot, echoesReference: true },
    described: SIMULATED.cbot,
  }),
  lineOf({
    ...{ name: 'CBOT on premises', ...cbot, echoesReference: false },
    described: SIMULATED['cbot-on-premises'],
  }),
  lineOf({
    ...{ name: 'WhautoChat', provider: 'WHAUTOCHAT', ...byNumber, registers: false, echoesReference: false },
    described: SIMULATED.whautochat,
    says: (whautochat, contact, text) => [
      whautochat.saying({
        ...{ type: 'message', id: `in-${contact}-${text}`, text },
        contact: { phoneNumber: numberOf(contact) },
      }),
    ],
    setUp: (whautochat, webhookUrl) => whautochat.hook(webhookUrl, SIMULATED.whautochat.settings.webhookSecret),
  }),
  lineOf({
    ...{ name: 'WhatsApp', provider: 'META_WHATSAPP', ...byNumber, registers: true, echoesReference: true },
    described: SIMULATED['meta-whatsapp'],
    says: saysOnWhatsApp,
  }),
  lineOf({
    ...{ name: 'Messenger', provider: 'META_MESSENGER', platform: 'MESSENGER', ...page, echoesReference: true },
    described: SIMULATED['meta-messenger'],
  }),
  lineOf({
    ...{ name: 'Instagram', provider: 'META_INSTAGRAM', platform: 'INSTAGRAM', ...page, echoesReference: false },
    described: SIMULATED['meta-instagram'],
  }),
  lineOf({
    ...{ name: 'Telegram', provider: 'TELEGRAM', platform: 'TELEGRAM', ...byId },
    // Telegram tells of no delivery.
    ...{ reaches: 'SENT', echoesReference: false, registers: true },
    described: SIMULATED.telegram,
    says: (telegram, contact, text) => [telegram.messageFrom(idOf(contact), { text })],
  }),
];
