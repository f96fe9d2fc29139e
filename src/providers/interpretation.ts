import type { ReceiptStatus } from '../events/channel/events.js';
import type { MessageContent } from '../events/message/content.js';
import type { FailureCode } from '../events/message/events.js';

/** What an adapter reads out of a webhook. Each entry of a webhook is one, in the order in which they stand. */
export type Interpretation = Statement & {
  /**
   * Which of the provider's accounts this entry speaks for, spelled as `accountOf` spells it: one webhook may speak for
   * several. Absent: the account of the channel that it came to.
   */
  readonly account?: string | undefined;
};

type Statement =
  | ReceivedStatement
  | ReceiptStatement
  | WatermarkStatement
  | EchoedStatement
  | EditedStatement
  | DeletedStatement
  | ReactedStatement
  | AddressChangedStatement
  | TypingStatement
  /** Understood, and nothing that is kept: no event is made of it. */
  | { readonly kind: 'ignored'; readonly reason: string }
  /** Listed for the operator. */
  | { readonly kind: 'uninterpreted'; readonly reason: string };

/** The contact wrote. */
export interface ReceivedStatement {
  readonly kind: 'received';
  readonly providerMessageId: string;
  readonly address: string;
  readonly displayName?: string | undefined;
  /** What the provider calls the contact, where its API asks for that. */
  readonly providerContactId?: string | undefined;
  readonly occurredAt?: Date | undefined;
  readonly content: MessageContent;
  readonly replyToProviderMessageId?: string | undefined;
  /** What the provider says beyond the content: referral, order, forwarding. */
  readonly providerData?: Readonly<Record<string, unknown>> | undefined;
}

/** What became of one message of ours. */
export interface ReceiptStatement {
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

/** Everything of ours to this address up to a time, or up to a message and with it, has come so far. */
export interface WatermarkStatement {
  readonly kind: 'watermark';
  readonly address: string;
  readonly status: Extract<ReceiptStatus, 'delivered' | 'read'>;
  readonly upTo: { readonly time: Date } | { readonly providerMessageId: string };
  readonly occurredAt?: Date | undefined;
}

/** A message to the contact that went out through this account: one of ours, or one that somebody wrote elsewhere. */
export interface EchoedStatement {
  readonly kind: 'echoed';
  readonly providerMessageId: string;
  /** Of ours, where the provider echoes it. */
  readonly reference?: string | undefined;
  /** The contact's. */
  readonly address: string;
  readonly providerContactId?: string | undefined;
  readonly occurredAt?: Date | undefined;
  readonly content: MessageContent;
  readonly replyToProviderMessageId?: string | undefined;
  readonly providerData?: Readonly<Record<string, unknown>> | undefined;
}

/** The contact changed what he wrote. */
export interface EditedStatement {
  readonly kind: 'edited';
  readonly providerMessageId: string;
  readonly address: string;
  /** Tells this edit from others of the same message: the provider's own number or time of it (rule 7). */
  readonly occasion: string;
  readonly occurredAt?: Date | undefined;
  readonly content: MessageContent;
}

/** The contact took back what he wrote. */
export interface DeletedStatement {
  readonly kind: 'deleted';
  readonly providerMessageId: string;
  readonly address: string;
  readonly occurredAt?: Date | undefined;
}

/** The contact put an emoji on a message, his or ours. */
export interface ReactedStatement {
  readonly kind: 'reacted';
  /** Of the message that it is about. */
  readonly providerMessageId: string;
  readonly address: string;
  /** Null: it was taken back. */
  readonly emoji: string | null;
  /** Tells this reaction from others to the same message: the provider's own id or time of it (rule 7). */
  readonly occasion: string;
  readonly occurredAt?: Date | undefined;
}

/** The contact types, or stops. Live only: no event comes of it, and a webhook that says nothing else isn't even recorded. */
export interface TypingStatement {
  readonly kind: 'typing';
  readonly address: string;
  readonly isTyping: boolean;
}

/** Who was known by one address is known by another from now on: a new number, a chat that was moved. */
export interface AddressChangedStatement {
  readonly kind: 'address_changed';
  readonly from: string;
  readonly to: string;
  readonly occurredAt?: Date | undefined;
}
