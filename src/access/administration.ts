import type { Database } from '../database/database.js';
import type { UserError } from '../events/commands/commands.js';
import type { Clock } from '../events/kernel/clock.js';
import type { Decision } from '../events/kernel/decision.js';
import type { WorkspaceId } from '../events/kernel/ids.js';
import type { Finders, Page, PageRequest } from '../events/queries/finders.js';
import type { Outbox } from '../events/outbox/outbox.js';
import type { Caller, Scope } from './caller.js';
import type { ClientTokenSecret } from './client-tokens.js';
import type { ApiKeyView } from './key-view.js';
import type { OwnQuota, Quota } from './limits/quota.js';

/** What a change of access answers. Faults are thrown as `AppError`. */
export type AccessResult<Value> = Decision<Value, UserError>;

export interface NewApiKeyInput {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** RFC 3339; null: never. */
  readonly expiresAt: string | null;
  readonly quota: OwnQuota;
}

export interface RotateApiKeyInput {
  readonly id: string;
  readonly overlapSeconds: number;
  /** What is changed of it. */
  readonly quota: OwnQuota;
}

/** Ids are unparsed text. */
export interface ClientTokenInput {
  readonly conversationIds: readonly string[];
  readonly contactIds: readonly string[];
  readonly expiresInSeconds: number;
}

/** What credentials consist of; shown once. */
export interface Credentials {
  readonly key: ApiKeyView;
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly secretId: string;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
}

/** A workspace as the instance's administrator sees it: nothing of what is in it. */
export interface WorkspaceDetails {
  readonly id: WorkspaceId;
  readonly name: string;
  readonly createdAt: Date;
  /** Null: it isn't. */
  readonly suspendedAt: Date | null;
}

/** A key with its secret, which nobody can find out later. */
export interface KeyWithSecret {
  readonly key: ApiKeyView;
  readonly secret: string;
}

/**
 * Changes of who may come in. Each is accepted by its commit (rule 1), with its audit event in the same transaction.
 * @param startedAt see `Commands`
 */
export interface Administration {
  createApiKey(caller: Caller, input: NewApiKeyInput, startedAt?: number): Promise<AccessResult<KeyWithSecret>>;
  rotateApiKey(caller: Caller, input: RotateApiKeyInput, startedAt?: number): Promise<AccessResult<KeyWithSecret>>;
  revokeApiKey(caller: Caller, id: string, startedAt?: number): Promise<AccessResult<ApiKeyView>>;
  createCredentials(caller: Caller, input: NewApiKeyInput, startedAt?: number): Promise<AccessResult<Credentials>>;
  /** Whoever asks: what he shows is what counts. */
  refreshCredentials(
    caller: Caller,
    input: { readonly secretId: string; readonly refreshToken: string },
    startedAt?: number,
  ): Promise<AccessResult<Credentials>>;
  createClientToken(
    caller: Caller,
    input: ClientTokenInput,
    startedAt?: number,
  ): Promise<AccessResult<{ readonly token: string; readonly expiresAt: Date }>>;
  /** With a first key, of every scope of a workspace. */
  createWorkspace(
    caller: Caller,
    input: { readonly name: string },
    startedAt?: number,
  ): Promise<AccessResult<KeyWithSecret & { readonly workspace: WorkspaceDetails }>>;
  /** Its keys open nothing and its dispatches rest; webhooks are taken as ever. */
  suspendWorkspace(caller: Caller, id: string, startedAt?: number): Promise<AccessResult<WorkspaceDetails>>;
  resumeWorkspace(caller: Caller, id: string, startedAt?: number): Promise<AccessResult<WorkspaceDetails>>;
  /** Of the whole instance, oldest first. */
  workspacePage(page: PageRequest): Promise<Page<WorkspaceDetails>>;
}

export interface AdministrationDeps {
  readonly database: Database;
  readonly outbox: Pick<Outbox, 'publish'>;
  readonly clock: Clock;
  readonly finders: Pick<Finders, 'conversations' | 'contacts'>;
  readonly clientTokens: ClientTokenSecret;
  /** What a key may use that has no limits of its own. */
  readonly quotaDefaults: Quota;
}
