import type { WorkspaceId } from '../../kernel/ids.js';
import type { ConversationFilter, ConversationOrder, PageRequest } from '../finders.js';
import type { WalkBounds } from '../walk.js';
import type { Conditions } from './conditions.js';
import type { ListedChannel } from './listed-channels.js';

/** A list of conversations that is asked for, with what had to be looked up for it. */
export interface AskedList {
  readonly workspace: WorkspaceId;
  readonly filter: ConversationFilter;
  readonly order: ConversationOrder;
  readonly page: PageRequest;
  /** Those that come into question; undefined: nothing asked for depends on them. */
  readonly channels: readonly ListedChannel[] | undefined;
  /** UUIDs of everybody who is shown as one with the contact that is asked for; undefined: none is. */
  readonly members: readonly string[] | undefined;
  readonly given: Conditions;
  readonly bounds: WalkBounds;
}
