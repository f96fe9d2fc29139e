import { and, asc, eq, sql } from 'drizzle-orm';
import { recordAudit } from '../access/audit.js';
import type { Database, Transaction } from '../database/database.js';
import type { AuditEvent, ProviderKind } from '../events/channel/events.js';
import type { Clock } from '../events/kernel/clock.js';
import { accepted, type Decision } from '../events/kernel/decision.js';
import { channelIds, workspaceIds, type ChannelId } from '../events/kernel/ids.js';
import { channels } from '../schema/tables/index.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { ProviderAdapter, SettingsRefusal } from './provider.js';
import { settleTurn, tokenHashOf } from './spent-tokens.js';

export interface StoredCredentialsDeps {
  readonly database: Database;
  readonly box: SecretBox;
  readonly clock: Clock;
}

type ChannelRow = typeof channels.$inferSelect;

/** A channel's settings as Postgres has them now; undefined: there is no such channel. @throws SecretBoxError */
export async function readSettings({ database, box }: StoredCredentialsDeps, id: ChannelId): Promise<unknown> {
  const [row] = await database.orm
    .select()
    .from(channels)
    .where(eq(channels.id, channelIds.toUuid(id)));
  return row && opened(row, box);
}

const opened = (row: ChannelRow, box: SecretBox): unknown =>
  JSON.parse(box.open(row.settingsSealed).toString('utf8')) as unknown;

export interface NewCredentials {
  readonly adapter: ProviderAdapter;
  /** Whose account they are of. */
  readonly channelId: ChannelId;
  /** What was shown for them. */
  readonly token: string;
  /** As `parseSettings` takes changes. */
  readonly changes: Readonly<Record<string, unknown>>;
}

export interface StoredCredentials {
  readonly channelIds: readonly ChannelId[];
  readonly events: readonly AuditEvent[];
}

/**
 * Writes new credentials into every channel of the workspace that has those which were exchanged: all of them or none.
 * What somebody changed meanwhile stays, and who was given other credentials meanwhile keeps those.
 * @throws UnfitCredentialsError
 */
export async function storeCredentials(
  deps: StoredCredentialsDeps,
  { adapter, channelId, token, changes }: NewCredentials,
): Promise<StoredCredentials> {
  return deps.database.transaction(async (tx) => {
    const held = (await lockAccount(tx, adapter.kind, channelId)).filter((row) => holds(row, deps.box, adapter, token));
    const stored = held.map((row) => ({ row, settings: changed(adapter, changes, opened(row, deps.box)) }));
    const events = [];
    for (const { row, settings } of stored) {
      const settingsSealed = deps.box.seal(Buffer.from(JSON.stringify(settings)));
      await tx.update(channels).set({ settingsSealed }).where(eq(channels.id, row.id));
      events.push(await tell(tx, row, deps.clock.now()));
    }
    const [first] = stored;
    const result = first && adapter.refresh?.spends(first.settings);
    if (result !== undefined) await settleTurn(tx, tokenHashOf(token), tokenHashOf(result));
    return { channelIds: held.map(({ id }) => channelIds.fromUuid(id)), events };
  });
}

/** One account's credentials stand in several channels: those of one workspace and provider. In order, so that two who store don't cross. */
async function lockAccount(tx: Transaction, kind: ProviderKind, id: ChannelId): Promise<readonly ChannelRow[]> {
  const uuid = channelIds.toUuid(id);
  const workspaceOf = sql`(select ${channels.workspaceId} from ${channels} where ${channels.id} = ${uuid}::uuid)`;
  return tx
    .select()
    .from(channels)
    .where(and(eq(channels.workspaceId, workspaceOf), eq(channels.provider, kind)))
    .orderBy(asc(channels.id))
    .for('update');
}

/** A sibling whose settings can't be opened has none of them, as far as anybody can tell. */
function holds(row: ChannelRow, box: SecretBox, { refresh }: ProviderAdapter, token: string): boolean {
  try {
    return refresh?.spends(opened(row, box)) === token;
  } catch {
    return false;
  }
}

/** The provider's new credentials are none that settings could have. */
export class UnfitCredentialsError extends Error {
  override readonly name = 'UnfitCredentialsError';
  constructor(readonly fields: readonly string[]) {
    super(`The provider's new credentials do not fit: ${fields.join(', ')}.`);
  }
}

function changed(adapter: ProviderAdapter, changes: NewCredentials['changes'], before: unknown): unknown {
  const decided = withCredentials(adapter, changes, before);
  if (decided.ok) return decided.value;
  throw new UnfitCredentialsError(decided.refusals.map(({ field }) => field.join('.')));
}

/**
 * Settings with other credentials. What else stands in them that no channel would be given today (a newer version is
 * stricter) stays as it is: that is no fault of the credentials, of which there are no others.
 */
export function withCredentials(
  adapter: ProviderAdapter,
  changes: NewCredentials['changes'],
  before: unknown,
): Decision<unknown, SettingsRefusal> {
  const parsed = adapter.parseSettings(changes, before);
  const isTheirs = ({ field: [name = ''] }: SettingsRefusal) => Object.hasOwn(changes, name);
  if (parsed.ok || parsed.refusals.some(isTheirs)) return parsed;
  return accepted(Object.assign({}, before, changes));
}

/** By nobody's key: Parley did it by itself. */
async function tell(tx: Transaction, row: ChannelRow, now: Date): Promise<AuditEvent> {
  const subjectId = channelIds.fromUuid(row.id);
  const workspaceId = workspaceIds.fromUuid(row.workspaceId);
  await tx.execute(sql`select pg_notify('parley_channels', ${subjectId})`);
  return recordAudit(tx, { action: 'channel.refresh_credentials', workspaceId, subjectId, actorKeyId: null }, now);
}
