import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import type { ChannelDirectory } from '../../providers/channel.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { SecretBox } from '../../secrets/secret-box.js';
import type { Identity } from '../event-identity.js';
import type { Clock } from '../kernel/clock.js';
import type { ChannelId, MessageId, TemplateId } from '../kernel/ids.js';
import type { UrlRules } from '../kernel/public-url.js';
import type { TraceContext } from '../kernel/trace-context.js';
import type { EventLog } from '../log/event-log.js';
import type { AddressBook } from '../outbox/address-book.js';
import type { Outbox } from '../outbox/outbox.js';
import type { LiveFeed } from '../projections/live-feed-port.js';
import type { TypingSignals } from '../typing/typing-signals.js';
import type { Finders } from '../queries/finders.js';

/** What the commands work with; time and ids are handed in. */
export interface CommandDeps {
  readonly database: Database;
  readonly log: Pick<EventLog, 'heads' | 'partitionOf'>;
  readonly outbox: Outbox;
  readonly addressBook: AddressBook;
  readonly identity: Identity;
  readonly directory: ChannelDirectory;
  readonly providers: ProviderRegistry;
  readonly finders: Finders;
  readonly feed: Pick<LiveFeed, 'tail' | 'waitUntilPassed'>;
  readonly typing: Pick<TypingSignals, 'tell'>;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where in a trace the caller is; undefined: nothing is traced. */
  readonly trace?: (() => TraceContext | undefined) | undefined;
  /** A UUIDv7, made once for each outgoing message (rule 6). */
  readonly newMessageId: () => MessageId;
  readonly newChannelId: () => ChannelId;
  readonly newTemplateId: () => TemplateId;
  /** Of URLs that customers give; default: they are public. */
  readonly urlRules?: UrlRules | undefined;
  /** Parts that may wait in one channel before sends are refused; default `QUEUE_DEPTH_MAX`. */
  readonly queueDepthMax?: number | undefined;
  /** False while Postgres may lack what the log has: it was restored, and the dispatcher's intake still reads (rule 16). */
  readonly hasIntakeSeenAll: () => Promise<boolean>;
}
