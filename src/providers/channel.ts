import type { ChannelPlatform, ProviderKind } from '../events/channel/events.js';
import type { ChannelId, WorkspaceId } from '../events/kernel/ids.js';

/** A connected channel with its opened settings. Never leaves the process: what clients see is another type. */
export interface Channel {
  readonly id: ChannelId;
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly provider: ProviderKind;
  readonly platform: ChannelPlatform;
  readonly isEnabled: boolean;
  /** Since when it doesn't send; null while it does. */
  readonly disabledAt: Date | null;
  /** Its workspace is suspended: webhooks are taken, and nothing is sent. */
  readonly isSuspended: boolean;
  /** What it can't carry goes in the nearest plain form. */
  readonly degradeUnsupported: boolean;
  /** What the adapter's `parseSettings` made. */
  readonly settings: unknown;
  readonly createdAt: Date;
}

/** The channels of all workspaces in memory: loaded at start, renewed by NOTIFY and every 30 s (design §9). */
export interface ChannelDirectory {
  /** From memory. Undefined: not known here yet. */
  get(id: ChannelId): Channel | undefined;
  /** From memory, else from Postgres, once. @throws when Postgres is away */
  find(id: ChannelId): Promise<Channel | undefined>;
  /** From Postgres, past the memory: when a signature failed under the settings in memory. @throws when Postgres is away */
  refresh(id: ChannelId): Promise<Channel | undefined>;
  all(): readonly Channel[];
}
