import type { ChannelId, ContactId, WorkspaceId } from '../kernel/ids.js';

/** Somebody on the other side, as the events keyed by the contact make it. */
export interface ContactState {
  readonly id: ContactId;
  readonly workspaceId: WorkspaceId;
  readonly displayName: string | null;
  readonly addresses: readonly { readonly channelId: ChannelId; readonly address: string }[];
  readonly createdAt: string;
}
