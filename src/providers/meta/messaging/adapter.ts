import type { MessageContent } from '../../../events/message/content.js';
import type { ChannelPlatform } from '../../../events/channel/events.js';
import { createHttpCaller } from '../../http-call.js';
import type {
  Capabilities,
  ContentRefusal,
  Interpretation,
  PartRequest,
  ProviderAdapter,
  ProviderCall,
  TypingRequest,
} from '../../provider.js';
import { sendBy } from '../../send-by.js';
import { answerChallenge } from '../challenge.js';
import type { GraphMeanings } from '../failures.js';
import { graphCall, placedCall, type GraphRequest } from '../graph-call.js';
import type { GraphAccount } from '../settings.js';
import { verify } from '../verify.js';
import { normalizeScopedId } from './address.js';
import { messagingAccountOf, messagingOutcomeOf, subscribedAnswerOf } from './answer.js';

interface MessagingSettings extends GraphAccount {
  readonly appSecret: string;
  readonly verifyToken: string;
}

/** In what Messenger and Instagram differ. */
export interface MessagingProduct<Settings extends MessagingSettings> {
  readonly kind: 'META_MESSENGER' | 'META_INSTAGRAM';
  readonly platform: ChannelPlatform;
  capabilitiesOf(settings: Settings | undefined): Capabilities;
  readonly parseSettings: ProviderAdapter<Settings>['parseSettings'];
  /** As webhooks name it. */
  accountOf(settings: Settings): string;
  /** Where the account's calls go, below the version. */
  callerPathOf(settings: Settings): string;
  /** Default: Facebook's. */
  hostOf?(settings: Settings): string;
  /** By which the account is known to people. */
  readonly profileFields: string;
  /** What the app is told of. Where it posts that is said once for the whole app, and by no call of an account. */
  readonly subscribed: readonly string[];
  readonly meanings: GraphMeanings;
  refuse(content: MessageContent): readonly ContentRefusal[];
  partsOf(content: MessageContent): number;
  callOf(part: PartRequest<Settings>): GraphRequest;
  interpret(body: Buffer): readonly Interpretation[];
}

/** Calls a second of one account; of audio and video it takes ten, and says so by being throttled. */
const RATE = { perSecond: 300, burst: 300 } as const;

/** What Messenger and Instagram have in common: one channel is one page, or one professional account. */
export function createMessagingAdapter<Settings extends MessagingSettings>(
  product: MessagingProduct<Settings>,
): ProviderAdapter<Settings> {
  const { kind, platform, parseSettings, meanings, refuse, partsOf } = product;
  const call = createHttpCaller();
  const hostOf = (settings: Settings) => product.hostOf?.(settings);
  const requestOf = (part: PartRequest<Settings>): ProviderCall =>
    placedCall(part.settings, product.callOf(part), hostOf(part.settings));
  const ask = (settings: Settings, request: GraphRequest, signal: AbortSignal) =>
    call(graphCall(settings, request, signal, hostOf(settings)));
  const act = async ({ settings, address, signal }: TypingRequest<Settings>, action: 'typing_on' | 'mark_seen') => {
    const body = { recipient: { id: address }, sender_action: action };
    await ask(settings, { method: 'POST', path: `${product.callerPathOf(settings)}/messages`, body }, signal);
  };
  return {
    ...{ kind, platforms: [platform], parseSettings, refuse, partsOf },
    capabilitiesOf: (_platform, settings) => product.capabilitiesOf(settings),
    accountOf: (settings) => product.accountOf(settings),
    normalizeAddress: (_platform, address) => normalizeScopedId(address),
    rateOf: () => RATE,
    ...sendBy(call, requestOf, (end, { content }) => messagingOutcomeOf(end, meanings, content.kind !== 'reaction')),
    showTyping: (request) => act(request, 'typing_on'),
    // All that the contact wrote so far: it names no message.
    markRead: (request) => act(request, 'mark_seen'),
    async verifyCredentials({ settings, signal }) {
      const path = `/${product.accountOf(settings)}?fields=${product.profileFields}`;
      const end = await ask(settings, { method: 'GET', path }, signal);
      return end.kind === 'answered' ? messagingAccountOf(end, meanings) : end;
    },
    async registerWebhook({ settings, signal }) {
      const path = `${product.callerPathOf(settings)}/subscribed_apps?subscribed_fields=${product.subscribed.join(',')}`;
      const end = await ask(settings, { method: 'POST', path }, signal);
      return end.kind === 'answered' ? subscribedAnswerOf(end, meanings) : end;
    },
    challenge: (query, { verifyToken }) => answerChallenge(query, verifyToken),
    verify: (webhook, { appSecret }) => verify(webhook, appSecret),
    interpret: ({ body }) => product.interpret(body),
  };
}
