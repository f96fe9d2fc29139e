import type { ChannelPlatform, ProviderKind, ReceiptStatus } from '../events/channel/events.js';
import type { Decision } from '../events/kernel/decision.js';
import type { ChannelId, MessageId } from '../events/kernel/ids.js';
import type { ContentKind, MessageContent } from '../events/message/content.js';
import type { FailureCode, MessageFailureData } from '../events/message/events.js';

/**
 * The provider port. An adapter translates and reports; it keeps nothing, decides nothing and never retries (rule 19).
 *
 * Promises, each held by a test of `test/contracts/provider.contract.ts` for every adapter:
 *  1. `send` makes at most one HTTP call, ends within `signal`, and never throws: every end is an `Outcome`.
 *  2. What may have been processed is `unknown`, never `rejected`.
 *  3. `verify` reads the bytes as they came, in constant time, before anything is parsed.
 *  4. `interpret` is pure and never throws on any bytes; the same bytes give the same facts.
 *  5. Every receipt carries the reference of its call where the provider echoes one.
 *  6. `rateOf` is pure, and answers figures that a channel can be sent by.
 *  7. `lookUp` makes at most one HTTP call, which changes nothing there, ends within `signal`, and never throws; what it
 *     didn't hear clearly is `unknown`, also that the provider knows of no such call.
 *  8. `showTyping` and `markRead` make at most one HTTP call, end within `signal`, and never throw: nobody asks what came
 *     of it.
 *  9. `mayBeTyping` is pure, never throws on any bytes, and parses nothing.
 */
export interface ProviderAdapter<Settings = unknown> {
  readonly kind: ProviderKind;
  readonly platforms: readonly ChannelPlatform[];
  readonly capabilities: Capabilities;
  /** Judges what `createChannel` was given; the result is what is sealed and handed back at every call. */
  parseSettings(input: Readonly<Record<string, unknown>>): Decision<Settings, SettingsRefusal>;
  /** One spelling for each address: what the thread is known by. Undefined: it can't be an address of this platform. */
  normalizeAddress(platform: ChannelPlatform, address: string): string | undefined;
  /** How many provider calls this content takes. */
  partsOf(content: MessageContent): number;
  /** How fast this channel may be called: the provider's limit, or what the settings say. */
  rateOf(settings: Settings): ChannelRate;
  /** One call for one part. */
  send(request: SendRequest<Settings>): Promise<Outcome>;
  /**
   * Asks the provider what became of a call whose answer never came, where it can be asked by our reference. At most one
   * HTTP call; never throws.
   */
  lookUp?(request: LookUpRequest<Settings>): Promise<LookUpAnswer>;
  /** Shows the contact for some seconds that somebody types, where the provider can. */
  showTyping?(request: TypingRequest<Settings>): Promise<void>;
  /** Shows the contact that what they wrote was read, up to a message of theirs, where the provider can. */
  markRead?(request: ReadMarkRequest<Settings>): Promise<void>;
  /** Whether the provider itself sent these bytes, and lately. */
  verify(webhook: WebhookRequest, settings: Settings, now: Date): 'authentic' | 'forged';
  interpret(webhook: WebhookRequest, settings: Settings): readonly Interpretation[];
  /**
   * Whether it is worth a look, before it is recorded, whether a webhook says nothing but that a contact types. Nearly
   * every webhook says something else: judged by its size and a word, and nothing is parsed. Absent: never.
   */
  mayBeTyping?(webhook: WebhookRequest): boolean;
}

/** What a channel of this provider can carry, as data. */
export interface Capabilities {
  /** Content kinds that can be sent, each with its limits; an absent kind is CONTENT_UNSUPPORTED. */
  readonly content: Readonly<Partial<Record<ContentKind, ContentLimits>>>;
  /** True where the provider has no *sent* receipt: its acceptance then counts as SENT. */
  readonly acceptedMeansSent: boolean;
  /** How long after the contact's last message anything may be sent; `permanent`: always. */
  readonly serviceWindowHours: number | 'permanent';
}

export interface ContentLimits {
  readonly textCharactersMax?: number;
  readonly mediaMax?: number;
  readonly actionsMax?: number;
  readonly rowsMax?: number;
  readonly contactsMax?: number;
  readonly cardsMax?: number;
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

export interface SendRequest<Settings> {
  readonly settings: Settings;
  readonly channelId: ChannelId;
  /** Comes back in receipts where the provider echoes it: `formatReference` of the call. */
  readonly reference: string;
  readonly address: string;
  readonly content: MessageContent;
  readonly part: number;
  /** Which call of this part and attempt it is, from 1: one that was put off is made again. */
  readonly call: number;
  /** The provider's id of the message that this one answers or reacts to, where it is known. */
  readonly replyToProviderMessageId?: string | undefined;
  /** Where the provider posts its webhooks for this channel. */
  readonly webhookUrl: string;
  /** Aborts at the call's deadline (30 s). */
  readonly signal: AbortSignal;
}

export interface LookUpRequest<Settings> {
  readonly settings: Settings;
  readonly channelId: ChannelId;
  /** Of the call: what `send` was given. */
  readonly reference: string;
  readonly address: string;
  /** When the call began. */
  readonly calledAt: Date;
  readonly signal: AbortSignal;
}

export interface TypingRequest<Settings> {
  readonly settings: Settings;
  readonly channelId: ChannelId;
  readonly address: string;
  readonly signal: AbortSignal;
}

type Accepted = {
  readonly kind: 'accepted';
  readonly providerMessageIds: readonly string[];
  readonly providerAddress?: string;
};
type Rejected = { readonly kind: 'rejected'; readonly failure: MessageFailureData; readonly providerMessage?: string };
/** Nobody can tell, at least not now. */
type Unknown = { readonly kind: 'unknown' };

export interface ReadMarkRequest<Settings> {
  readonly settings: Settings;
  readonly channelId: ChannelId;
  readonly address: string;
  /** The provider's id of the contact's last message that was read. */
  readonly providerMessageId: string;
  readonly signal: AbortSignal;
}

/** What the provider says of a call. That it knows of none is `unknown`: it may know of it later. */
export type LookUpAnswer = Accepted | Rejected | Unknown;

/** What became of a call (rule 19). */
export type Outcome =
  | Accepted
  | Rejected
  /** Surely not processed: it takes too many at the moment. */
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number }
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

/** What an adapter reads out of a webhook. */
export type Interpretation =
  | {
      readonly kind: 'received';
      readonly providerMessageId: string;
      readonly address: string;
      readonly displayName?: string | undefined;
      readonly occurredAt?: Date | undefined;
      readonly content: MessageContent;
      readonly replyToProviderMessageId?: string | undefined;
      readonly providerData?: Readonly<Record<string, unknown>> | undefined;
    }
  | {
      readonly kind: 'receipt';
      readonly providerMessageId: string;
      /** What the call carried and the provider echoed. */
      readonly reference?: string | undefined;
      readonly status: ReceiptStatus;
      readonly occurredAt?: Date | undefined;
      /** With `failed`. */
      readonly failure?: { readonly code: FailureCode; readonly isRetryable: boolean; readonly providerCode?: string };
      readonly providerMessage?: string | undefined;
      /** With `failed`: when it failed, where the provider says so. */
      readonly stage?: 'SENDING' | 'DELIVERY' | 'UNKNOWN';
    }
  /** Live only: no event comes of it, and a webhook that says nothing else isn't even recorded. */
  | { readonly kind: 'typing'; readonly address: string; readonly isTyping: boolean }
  | { readonly kind: 'uninterpreted'; readonly reason: string };

/** One call, as it stands in a provider's reference field. */
export interface CallReference {
  readonly messageId: MessageId;
  readonly attempt: number;
  readonly part: number;
}
