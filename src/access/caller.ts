import type { ApiKeyId, ContactId, ConversationId, WorkspaceId } from '../events/kernel/ids.js';
import type { OwnQuota } from './limits/quota.js';

export const SCOPES = [
  'MESSAGES_SEND',
  'MESSAGES_READ',
  'CONVERSATIONS_WRITE',
  'CONTACTS_READ',
  'CONTACTS_WRITE',
  'CHANNELS_READ',
  'CHANNELS_ADMIN',
  'WEBHOOKS_ADMIN',
  'EVENTS_READ',
  'KEYS_ADMIN',
  'INSTANCE_ADMIN',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What there is to do within a workspace: the administrator of one isn't that of the instance. */
export const WORKSPACE_SCOPES: readonly Scope[] = SCOPES.filter((scope) => scope !== 'INSTANCE_ADMIN');

export const isScope = (text: string): text is Scope => SCOPES.some((scope) => scope === text);

/** What a client token names: nothing else of its workspace is visible to it. */
export interface ReadLimits {
  readonly conversationIds: readonly ConversationId[];
  readonly contactIds: readonly ContactId[];
}

/** Who asks: found by the credential's hash, and the only source of the workspace that finders take. */
export interface Caller {
  readonly workspaceId: WorkspaceId;
  /** Of a client token: the key that made it. */
  readonly keyId: ApiKeyId;
  readonly scopes: ReadonlySet<Scope>;
  readonly expiresAt: Date | null;
  /** What its key may use of its own; undefined: the instance's defaults. */
  readonly quota?: OwnQuota | undefined;
  /** Of a client token; undefined: the whole workspace. */
  readonly limits?: ReadLimits | undefined;
}
