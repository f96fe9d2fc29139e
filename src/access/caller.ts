import type { ApiKeyId, WorkspaceId } from '../events/kernel/ids.js';

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
] as const;
export type Scope = (typeof SCOPES)[number];

export const isScope = (text: string): text is Scope => SCOPES.some((scope) => scope === text);

/** Who asks: found by the key's hash, and the only source of the workspace that finders take. */
export interface Caller {
  readonly workspaceId: WorkspaceId;
  readonly keyId: ApiKeyId;
  readonly scopes: ReadonlySet<Scope>;
  readonly expiresAt: Date | null;
}
