import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Orm, Transaction } from '../database/database.js';
import type { AuditAction, AuditEvent } from '../events/channel/events.js';
import type { UserError } from '../events/commands/commands.js';
import { accepted, refused } from '../events/kernel/decision.js';
import { workspaceIds, type WorkspaceId } from '../events/kernel/ids.js';
import type { Page, PageRequest } from '../events/queries/finders.js';
import { byTime, keysetPage, timePlace } from '../events/queries/keyset.js';
import { workspaces } from '../schema/tables/index.js';
import type { Administration, AdministrationDeps, WorkspaceDetails } from './administration.js';
import { recordAudit, tellKeysChanged } from './audit.js';
import { WORKSPACE_SCOPES, type Caller } from './caller.js';
import { refusal, refuseName } from './judge-key.js';
import { insertKey } from './manage-keys.js';
import { tell } from './tell.js';

type WorkspaceCommands = Pick<
  Administration,
  'createWorkspace' | 'suspendWorkspace' | 'resumeWorkspace' | 'workspacePage'
>;

const FIRST_KEY_NAME = 'First key';

/** The workspaces of the instance: of all that clients ask, the only thing that isn't within one of them. */
export const createWorkspaceCommands = (deps: AdministrationDeps): WorkspaceCommands => ({
  createWorkspace: createWorkspace(deps),
  suspendWorkspace: (caller, id) => setSuspended(deps, caller, id, true),
  resumeWorkspace: (caller, id) => setSuspended(deps, caller, id, false),
  workspacePage: (page) => findPage(deps.database.orm, page),
});

const createWorkspace =
  ({ database, outbox, clock }: AdministrationDeps): WorkspaceCommands['createWorkspace'] =>
  async (caller, { name }) => {
    const refusals: readonly UserError[] = refuseName(name);
    if (refusals.length > 0) return refused(...refusals);
    const now = clock.now();
    const workspaceId = workspaceIds.fromUuid(uuidv7());
    const { workspace, made, events } = await database.transaction(async (tx) => {
      const row = { id: workspaceIds.toUuid(workspaceId), name, createdAt: now, suspendedAt: null };
      await tx.insert(workspaces).values(row);
      const asked = { workspaceId, name: FIRST_KEY_NAME, scopes: WORKSPACE_SCOPES, expiresAt: null };
      const key = await insertKey(tx, asked, now);
      const done = await auditBoth(tx, caller, { workspaceId, action: 'workspace.create' }, now);
      return { workspace: detailsOf(row), made: key, events: done };
    });
    await tell(outbox, events);
    const { key: secret, ...key } = made;
    return accepted({ workspace, key, secret });
  };

/** To suspend what is suspended changes nothing, and is no change to be audited. */
async function setSuspended(
  { database, outbox, clock }: AdministrationDeps,
  caller: Caller,
  id: string,
  isSuspended: boolean,
) {
  const workspaceId = workspaceIds.parse(id);
  if (workspaceId === undefined) return refused(noSuchWorkspace);
  if (isSuspended && workspaceId === caller.workspaceId)
    return refused(refusal('INPUT_INVALID', 'It is your own: nobody could resume it.', 'id'));
  const now = clock.now();
  const own = eq(workspaces.id, workspaceIds.toUuid(workspaceId));
  const { row, events } = await database.transaction(async (tx) => {
    const isOther = isSuspended ? isNull(workspaces.suspendedAt) : isNotNull(workspaces.suspendedAt);
    const [changed] = await tx
      .update(workspaces)
      .set({ suspendedAt: isSuspended ? now : null })
      .where(and(own, isOther))
      .returning();
    if (changed === undefined) return { row: (await tx.select().from(workspaces).where(own))[0], events: [] };
    await tellKeysChanged(tx);
    // Not the id of a channel: every process loads all of them anew, and with them whether they rest.
    await tx.execute(sql`select pg_notify('parley_channels', ${workspaceId})`);
    const action = isSuspended ? 'workspace.suspend' : 'workspace.resume';
    return { row: changed, events: await auditBoth(tx, caller, { workspaceId, action }, now) };
  });
  if (row === undefined) return refused(noSuchWorkspace);
  await tell(outbox, events);
  return accepted(detailsOf(row));
}

const noSuchWorkspace = refusal('WORKSPACE_NOT_FOUND', 'There is no such workspace.', 'id');

/** In the workspace itself, which is to know what was done to it, and in that of who did it. */
async function auditBoth(
  tx: Transaction,
  { workspaceId: ownId, keyId: actorKeyId }: Caller,
  { workspaceId, action }: { readonly workspaceId: WorkspaceId; readonly action: AuditAction },
  now: Date,
): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  for (const place of new Set([workspaceId, ownId]))
    events.push(await recordAudit(tx, { action, workspaceId: place, subjectId: workspaceId, actorKeyId }, now));
  return events;
}

const findPage = (orm: Orm, page: PageRequest): Promise<Page<WorkspaceDetails>> =>
  keysetPage({
    scope: 'workspaces',
    order: byTime(workspaces.createdAt, workspaces.id, 'ascending'),
    page,
    select: ({ range, orderBy, rowCount }) =>
      orm
        .select()
        .from(workspaces)
        .where(range)
        .orderBy(...orderBy)
        .limit(rowCount),
    placeOf: (row) => timePlace(row.createdAt, row.id),
    toItem: detailsOf,
  });

const detailsOf = (row: typeof workspaces.$inferSelect): WorkspaceDetails => ({
  ...{ id: workspaceIds.fromUuid(row.id), name: row.name },
  ...{ createdAt: row.createdAt, suspendedAt: row.suspendedAt },
});
