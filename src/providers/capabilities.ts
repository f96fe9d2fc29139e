import type { ReceiptStatus } from '../events/channel/events.js';
import type { Action, ContentKind } from '../events/message/content.js';
import type { MessageCategory } from '../events/message/events.js';

/** What a channel can carry, and what it tells of it, as data: it is judged before anything is accepted, and shown. */
export interface Capabilities {
  /** Content kinds that can be sent, each with its limits; an absent kind is CONTENT_UNSUPPORTED. */
  readonly content: Readonly<Partial<Record<ContentKind, ContentLimits>>>;
  /** True where the provider has no *sent* receipt: its acceptance then counts as SENT. */
  readonly acceptedMeansSent: boolean;
  /** How long after the contact's last message anything may be sent; `permanent`: always. */
  readonly serviceWindowHours: number | 'permanent';
  /** What may be sent after that under a name that the platform asks for. Default: nothing but templates. */
  readonly windowExceptions?: readonly WindowException[];
  /** Whether a message can say which one it answers. Default: no. */
  readonly carriesReply?: boolean;
  /** Whether contacts can be shown that their messages were read. Default: no. */
  readonly carriesReadMark?: boolean;
  /** What the provider tells of a message after it took it. Default: nothing. */
  readonly receipts?: readonly ReceiptStatus[];
  /** Whether receipts carry the reference that the call had. Default: no. */
  readonly echoesReference?: boolean;
}

/** A reason to write that the platform takes for longer than its service window, and wants to be told. */
export interface WindowException {
  /** As the platform calls it. */
  readonly tag: string;
  /** After the contact's last message; absent: always. */
  readonly hours?: number;
  /** True: what an `AGENT` wrote, and no bot. */
  readonly isForPeopleOnly: boolean;
  /** What the sender says to be of it; absent: of any. */
  readonly category?: MessageCategory;
}

/** Absent: the channel itself sets no bound. Characters are Unicode code points. */
export interface ContentLimits {
  readonly textCharactersMax?: number;
  /** As UTF-8. */
  readonly textBytesMax?: number;
  /** Where it is less beside buttons or media than alone. */
  readonly textWithActionsCharactersMax?: number;
  readonly titleCharactersMax?: number;
  /** 0: it has no footer. */
  readonly footerCharactersMax?: number;
  readonly mediaMax?: number;
  /** MIME types, each whole or as `image/*`. A file whose type isn't told passes. */
  readonly mediaTypes?: readonly string[];
  /** Of one file. Shown, and not judged: the provider fetches the file. */
  readonly mediaBytesMax?: number;
  readonly actionsMax?: number;
  readonly actionKinds?: readonly Action['kind'][];
  readonly actionTextCharactersMax?: number;
  /** Of what comes back with a tap, as UTF-8. */
  readonly payloadBytesMax?: number;
  readonly rowsMax?: number;
  readonly rowTextCharactersMax?: number;
  readonly rowDescriptionCharactersMax?: number;
  readonly sectionsMax?: number;
  readonly sectionTitleCharactersMax?: number;
  /** Of the button that opens a list. */
  readonly buttonTextCharactersMax?: number;
  readonly contactsMax?: number;
  readonly cardsMin?: number;
  readonly cardsMax?: number;
  readonly cardTextCharactersMax?: number;
}
