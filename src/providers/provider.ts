import type { ChannelPlatform, ProviderKind } from '../events/channel/events.js';
import type { Decision } from '../events/kernel/decision.js';
import type { ChannelId, MessageId } from '../events/kernel/ids.js';
import type { MessageContent } from '../events/message/content.js';
import type { MessageFailureData } from '../events/message/events.js';
import type { Capabilities } from './capabilities.js';
import type { CredentialRefresh } from './credentials.js';
import type { ProviderCall } from './http-call.js';
import type { Interpretation } from './interpretation.js';
import type { MediaAnswer, MediaRequest } from './media.js';
import type { TemplatesAnswer } from './templates.js';

export type { Capabilities, ContentLimits, WindowException } from './capabilities.js';
export type { CredentialAnswer, CredentialRefresh } from './credentials.js';
export type { ProviderCall } from './http-call.js';
export type { Interpretation } from './interpretation.js';
export type { FilePlace, MediaAnswer, MediaRequest } from './media.js';
export type { ProviderTemplate, TemplatesAnswer } from './templates.js';

/**
 * The provider port. An adapter translates and reports; it keeps nothing, decides nothing and never retries (rule 19).
 *
 * Promises, each held by a test of `test/contracts/provider.contract.ts` for every adapter:
 *  1. `send` makes at most one HTTP call, the one that `request` shows, ends within `signal`, and never throws: every end
 *     is an `Outcome`. But for `secrets` and the headers, `request` shows none of the settings' secrets.
 *  2. What may have been processed is `unknown`, never `rejected`.
 *  3. `verify` reads the bytes as they came, in constant time, before anything is parsed.
 *  4. `interpret` is pure and never throws on any bytes; the same bytes give the same facts.
 *  5. Every receipt carries the reference of its call where the provider echoes one.
 *  6. `rateOf` is pure, and answers figures that a channel can be sent by.
 *  7. `lookUp` makes at most one HTTP call, which changes nothing there, ends within `signal`, and never throws; what it
 *     didn't hear clearly is `unknown`, also that the provider knows of no such call.
 *  8. `showTyping` makes at most one HTTP call, ends within `signal`, and never throws: nobody asks what came of it.
 *  9. `verifyCredentials` and `registerWebhook` make at most one HTTP call, end within `signal`, and never throw; the first
 *     changes nothing there. Where each event is registered by itself, there is one call for each, until one isn't confirmed.
 * 10. `fetchMedia` makes at most one HTTP call of its own, which changes nothing there, and opens one file at most, by what
 *     it is handed; it ends within `signal`, and never throws. A credential stands in a header or in a path, and never in
 *     what is answered.
 * 11. What `refresh` asks is one HTTP call each, which ends within `signal`; none throws, and an exchange of which nobody
 *     knows whether it was processed is `unknown`.
 * 12. `markRead` makes at most one HTTP call, ends within `signal`, and never throws: nobody asks what came of it. It is
 *     there where the capabilities say so.
 * 13. `mayBeTyping` is pure, never throws on any bytes, and parses nothing.
 * 14. `fetchTemplates` makes at most one HTTP call, which changes nothing there, ends within `signal`, and never throws.
 * 15. `askWindow` makes at most one HTTP call, which changes nothing there, ends within `signal`, and never throws; what it
 *     didn't hear clearly is `unknown`.
 */
export interface ProviderAdapter<Settings = unknown> {
  readonly kind: ProviderKind;
  readonly platforms: readonly ChannelPlatform[];
  /** Names in lower case of the webhook headers that carry a secret itself: they are verified, and not kept. */
  readonly secretHeaders?: readonly string[];
  /** @param settings undefined: of such channels in general */
  capabilitiesOf(platform: ChannelPlatform, settings?: Settings): Capabilities;
  /**
   * Judges what `createChannel` and `updateChannel` were given; the result is what is sealed and handed back at every call.
   * @param before what the channel has: only changes are given, null takes one away, and what isn't named stays
   */
  parseSettings(input: Readonly<Record<string, unknown>>, before?: Settings): Decision<Settings, SettingsRefusal>;
  /** The provider's account behind a channel, where one webhook may speak for several (`Interpretation.account`). */
  accountOf?(settings: Settings): string;
  /** One spelling for each address: what the thread is known by. Undefined: it can't be an address of this platform. */
  normalizeAddress(platform: ChannelPlatform, address: string): string | undefined;
  /** Why this content can't go, beyond what `capabilitiesOf` says as data. Pure. */
  refuse?(content: MessageContent, platform: ChannelPlatform, settings: Settings): readonly ContentRefusal[];
  /** How many provider calls this content takes. */
  partsOf(content: MessageContent, platform: ChannelPlatform): number;
  /** How fast this channel may be called: the provider's limit, or what the settings say. */
  rateOf(settings: Settings): ChannelRate;
  /** What `send` asks for one part. Pure. */
  request(part: PartRequest<Settings>): ProviderCall;
  /** One call for one part: that of `request`. */
  send(request: SendRequest<Settings>): Promise<Outcome>;
  /**
   * Asks the provider what became of a call whose answer never came, where it can be asked by our reference. At most one
   * HTTP call; never throws.
   */
  lookUp?(request: LookUpRequest<Settings>): Promise<LookUpAnswer>;
  /** Asks until when anything may be sent to an address, where the provider can tell. Undefined: not of this one. */
  askWindow?(request: WindowRequest<Settings>): Promise<WindowAnswer | undefined>;
  /** Whether `showTyping` has to name the contact's newest message. */
  readonly typingNeedsMessage?: boolean;
  /** Shows the contact for some seconds that somebody types, where the provider can. */
  showTyping?(request: TypingRequest<Settings>): Promise<void>;
  /** Whether the provider knows us by these credentials. */
  verifyCredentials?(request: AccountRequest<Settings>): Promise<AccountAnswer>;
  /** How its credentials are exchanged for new ones, where they end. */
  readonly refresh?: CredentialRefresh<Settings>;
  /** Tells the provider where to post its webhooks, where it can be told by a call. */
  registerWebhook?(request: AccountRequest<Settings> & { readonly webhookUrl: string }): Promise<AccountAnswer>;
  /**
   * Opens an incoming file. Where the provider tells first where a file lies, that is its own call; the second is `open`.
   * Absent: its media have addresses that anybody may load.
   */
  fetchMedia?(request: MediaRequest<Settings>): Promise<MediaAnswer>;
  /** The templates of the account behind a channel, a page at a time, where the provider can be asked for them. */
  fetchTemplates?(request: AccountRequest<Settings> & { readonly after?: string }): Promise<TemplatesAnswer>;
  /** What a GET of the webhook's URL is answered, where the provider asks before it posts. Undefined: it isn't who it should be. */
  challenge?(query: URLSearchParams, settings: Settings): string | undefined;
  /** What the 200 to a recorded webhook says, where the provider reads that; as JSON. Pure. */
  answerTo?(webhook: WebhookRequest, settings: Settings): Readonly<Record<string, unknown>> | undefined;
  /** Shows the contact that what they wrote was read, up to a message of theirs, where the provider can. */
  markRead?(request: ReadMarkRequest<Settings>): Promise<void>;
  /** Whether the provider itself sent these bytes, and lately. */
  verify(webhook: WebhookRequest, settings: Settings, now: Date): 'authentic' | 'forged';
  /** One webhook may have many entries; what is none at all says one thing: that it isn't understood. */
  interpret(webhook: WebhookRequest, settings: Settings): readonly Interpretation[];
  /**
   * Whether it is worth a look, before it is recorded, whether a webhook says nothing but that a contact types. Nearly
   * every webhook says something else: judged by its size and a word, and nothing is parsed. Absent: never.
   */
  mayBeTyping?(webhook: WebhookRequest): boolean;
}

/** How many calls a channel bears; all processes together keep to it (rule 18). */
export interface ChannelRate {
  /** Calls a second in the long run; above 0. */
  readonly perSecond: number;
  /**
   * Calls at once after a pause; at least 1, and at least a fiftieth of `perSecond`: an empty channel is looked at again
   * 50 times a second at most, and what flows in above the burst is lost.
   */
  readonly burst: number;
}

export interface SettingsRefusal {
  /** Path into `settings`. */
  readonly field: readonly string[];
  readonly message: string;
}

export interface ContentRefusal {
  readonly code: 'CONTENT_UNSUPPORTED' | 'CONTENT_INVALID';
  /** Path into the content of its kind. */
  readonly field: readonly string[];
  readonly message: string;
}

/** Which channel a call is made for. */
export interface AccountRequest<Settings> {
  readonly settings: Settings;
  readonly channelId: ChannelId;
  readonly platform: ChannelPlatform;
  /** Aborts at the call's deadline. */
  readonly signal: AbortSignal;
}

/** What a provider says of an account. */
export type AccountAnswer =
  /** `account`: what it calls the account, for people. */
  | { readonly kind: 'confirmed'; readonly account?: string }
  | { readonly kind: 'refused'; readonly failure: MessageFailureData; readonly providerMessage?: string }
  /** It isn't there, or nobody can tell. */
  | { readonly kind: 'unavailable' | 'unknown' };

/** What is said by one call. */
export interface PartRequest<Settings> extends Omit<AccountRequest<Settings>, 'signal'> {
  /** Comes back in receipts where the provider echoes it: `formatReference` of the call. */
  readonly reference: string;
  readonly address: string;
  readonly content: MessageContent;
  readonly part: number;
  /** Which call of this part and attempt it is, from 1: one that was put off is made again. */
  readonly call: number;
  /** The provider's id of the message that this one answers or reacts to, where it is known. */
  readonly replyToProviderMessageId?: string | undefined;
  /** Beyond the service window: the exception of `windowExceptions` that it goes by. */
  readonly windowTag?: string | undefined;
  /** Where the provider posts its webhooks for this channel. */
  readonly webhookUrl: string;
}

/** Its signal aborts at the call's deadline (30 s). */
export interface SendRequest<Settings> extends PartRequest<Settings>, AccountRequest<Settings> {}

export interface LookUpRequest<Settings> extends AccountRequest<Settings> {
  /** Of the call: what `send` was given. */
  readonly reference: string;
  readonly address: string;
  /** When the call began. */
  readonly calledAt: Date;
}

export interface WindowRequest<Settings> extends AccountRequest<Settings> {
  readonly address: string;
  /** The provider's id of the contact, where it is known. */
  readonly providerContactId?: string | undefined;
}

/** What a provider says of the service window of an address. */
export type WindowAnswer =
  | { readonly kind: 'permanent' }
  /** It ends then, or has ended. */
  | { readonly kind: 'until'; readonly time: Date }
  /** The contact never wrote, or nobody can tell when. */
  | { readonly kind: 'closed' }
  | Unknown;

export interface TypingRequest<Settings> extends AccountRequest<Settings> {
  readonly address: string;
  /** Of the contact's newest message, where `typingNeedsMessage` and it is known. */
  readonly lastProviderMessageId?: string | undefined;
}

export interface ReadMarkRequest<Settings> extends AccountRequest<Settings> {
  readonly address: string;
  /** The provider's id of the contact's last message that was read. */
  readonly providerMessageId: string;
}

type Accepted = {
  readonly kind: 'accepted';
  /** One, or several where the provider makes several messages of one call; none where it tells none. */
  readonly providerMessageIds: readonly string[];
  /** The contact's address as the provider spells it, where it says so. */
  readonly providerAddress?: string;
  /** What the provider calls the contact, where it says so. */
  readonly providerContactId?: string;
};
type Rejected = { readonly kind: 'rejected'; readonly failure: MessageFailureData; readonly providerMessage?: string };
/** Nobody can tell, at least not now. */
type Unknown = { readonly kind: 'unknown' };

/** What the provider says of a call. That it knows of none is `unknown`: it may know of it later. */
export type LookUpAnswer = Accepted | Rejected | Unknown;

/** What became of a call (rule 19). */
export type Outcome =
  | Accepted
  | Rejected
  /** Surely not processed: it takes too many at the moment. `isOfAddress`: to this address, and the others may go on. */
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number; readonly isOfAddress?: true }
  /** Surely not processed: it isn't there (a refused connection), or said so in a way that it documents. */
  | { readonly kind: 'unavailable' }
  /** Written to the socket, no usable answer. */
  | Unknown;

/** A webhook as it came: the bytes are kept whatever an adapter thinks of them. */
export interface WebhookRequest {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The full public URL it was posted to. */
  readonly url: string;
  readonly body: Buffer;
}

/** One call, as it stands in a provider's reference field. */
export interface CallReference {
  readonly messageId: MessageId;
  readonly attempt: number;
  readonly part: number;
}
