import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import type { ProviderTemplate } from '../../providers/provider.js';
import { templateChannels, templates } from '../../schema/tables/config.js';
import type { AuditEvent } from '../channel/events.js';
import { channelIds, templateIds, workspaceIds, type ChannelId, type WorkspaceId } from '../kernel/ids.js';
import { isOneOf } from '../queries/by-id.js';
import { toRow, withProviderNames } from '../queries/template-rows.js';
import type { TemplateView } from '../queries/template-view.js';
import { TEMPLATES_MAX } from '../template/template.js';
import type { CommandDeps } from './command-deps.js';
import { planTemplateSync, type SyncPlan } from './plan-template-sync.js';
import { auditOf, lockTemplates } from './template-writes.js';

interface Told {
  readonly channelId: ChannelId;
  readonly told: readonly ProviderTemplate[];
  readonly askedAt: Date;
  readonly isWhole: boolean;
}

interface Written {
  readonly plan: SyncPlan;
  readonly events: readonly AuditEvent[];
}

/** Keeps what a provider told, with one audit event where that changes anything. */
export async function writeSync(
  { clock, newTemplateId }: Pick<CommandDeps, 'clock' | 'newTemplateId'>,
  tx: Transaction,
  caller: Caller,
  { channelId, told, askedAt, isWhole }: Told,
): Promise<Written> {
  const { workspaceId } = caller;
  await lockTemplates(tx, workspaceId);
  const kept = await findKept(tx, workspaceId, channelId, told);
  const room = TEMPLATES_MAX - (await countTemplates(tx, workspaceId));
  const plan = planTemplateSync({ channelId, told, kept, askedAt: askedAt.toISOString(), isWhole, room });
  const now = clock.now();
  const created = plan.created.map((said): TemplateView => ({
    ...{ ...said, version: null, id: newTemplateId(), workspaceId, providerNames: [] },
    ...{ createdAt: now.toISOString(), updatedAt: now.toISOString() },
  }));
  await upsertTemplates(tx, [...created, ...plan.updated], now);
  const names = created.map(({ id, name }, index) => ({ id, name, status: plan.created[index]?.status ?? null }));
  await upsertNames(tx, workspaceId, channelId, [...names, ...plan.heard], askedAt);
  await removeGone(tx, workspaceId, channelId, plan);
  const isChange = [plan.created, plan.updated, plan.deleted, plan.unlinked].some(({ length }) => length > 0);
  return { plan, events: isChange ? [await auditOf(tx, caller, 'template.sync', channelId, now)] : [] };
}

async function findKept(
  tx: Transaction,
  workspace: WorkspaceId,
  channelId: ChannelId,
  told: readonly ProviderTemplate[],
): Promise<readonly TemplateView[]> {
  const ofChannel = tx
    .select({ id: templateChannels.templateId })
    .from(templateChannels)
    .where(
      and(
        eq(templateChannels.workspaceId, workspaceIds.toUuid(workspace)),
        eq(templateChannels.channelId, channelIds.toUuid(channelId)),
      ),
    );
  const names = sql.param([...new Set(told.map(({ name }) => name))]);
  const rows = await tx
    .select()
    .from(templates)
    .where(
      and(
        eq(templates.workspaceId, workspaceIds.toUuid(workspace)),
        or(inArray(templates.id, ofChannel), sql`${templates.name} = any(${names}::text[])`),
      ),
    )
    .orderBy(templates.id);
  return withProviderNames(tx, workspace, rows);
}

async function countTemplates(tx: Transaction, workspace: WorkspaceId): Promise<number> {
  return tx.$count(templates, eq(templates.workspaceId, workspaceIds.toUuid(workspace)));
}

/** Far below the 65,535 parameters of a statement. */
const ROWS_MAX = 1_000;

async function upsertTemplates(tx: Transaction, all: readonly TemplateView[], now: Date): Promise<void> {
  for (let from = 0; from < all.length; from += ROWS_MAX) {
    const rows = all.slice(from, from + ROWS_MAX).map((template) => ({
      ...{ id: templateIds.toUuid(template.id), workspaceId: workspaceIds.toUuid(template.workspaceId) },
      ...{ ...toRow(template), createdAt: new Date(template.createdAt), updatedAt: now },
    }));
    const set = { header: sql`excluded.header`, body: sql`excluded.body`, footer: sql`excluded.footer` };
    await tx
      .insert(templates)
      .values(rows)
      .onConflictDoUpdate({
        target: templates.id,
        set: { ...set, buttons: sql`excluded.buttons`, updatedAt: sql`excluded.updated_at` },
      });
  }
}

async function upsertNames(
  tx: Transaction,
  workspace: WorkspaceId,
  channelId: ChannelId,
  all: SyncPlan['heard'],
  syncedAt: Date,
): Promise<void> {
  const about = { workspaceId: workspaceIds.toUuid(workspace), channelId: channelIds.toUuid(channelId), syncedAt };
  for (let from = 0; from < all.length; from += ROWS_MAX) {
    const rows = all.slice(from, from + ROWS_MAX).map(({ id, name, status }) => ({
      ...{ ...about, templateId: templateIds.toUuid(id), name, providerStatus: status },
    }));
    await tx
      .insert(templateChannels)
      .values(rows)
      .onConflictDoUpdate({
        target: [templateChannels.workspaceId, templateChannels.templateId, templateChannels.channelId],
        set: {
          ...{ name: sql`excluded.name`, providerStatus: sql`excluded.provider_status` },
          syncedAt: sql`excluded.synced_at`,
        },
      });
  }
}

async function removeGone(
  tx: Transaction,
  workspace: WorkspaceId,
  channelId: ChannelId,
  { deleted, unlinked }: SyncPlan,
): Promise<void> {
  const workspaceUuid = workspaceIds.toUuid(workspace);
  if (deleted.length > 0)
    await tx
      .delete(templates)
      .where(and(eq(templates.workspaceId, workspaceUuid), isOneOf(templates.id, templateIds, deleted)));
  if (unlinked.length > 0)
    await tx
      .delete(templateChannels)
      .where(
        and(
          eq(templateChannels.workspaceId, workspaceUuid),
          eq(templateChannels.channelId, channelIds.toUuid(channelId)),
          isOneOf(templateChannels.templateId, templateIds, unlinked),
        ),
      );
}
