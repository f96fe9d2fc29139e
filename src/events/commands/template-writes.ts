import { and, eq, sql } from 'drizzle-orm';
import { recordAudit } from '../../access/audit.js';
import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import { channels, templateChannels, templates, workspaces } from '../../schema/tables/config.js';
import type { AuditAction, AuditEvent } from '../channel/events.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { channelIds, templateIds, workspaceIds, type TemplateId, type WorkspaceId } from '../kernel/ids.js';
import { isOneOf } from '../queries/by-id.js';
import { toRow, withProviderNames } from '../queries/template-rows.js';
import type { TemplateProviderName, TemplateView } from '../queries/template-view.js';
import type { TemplateForm } from '../template/template-form.js';
import { TEMPLATES_MAX, TEMPLATES_OF_NAME_MAX } from '../template/template.js';
import type { UserError } from './commands.js';

export const TEMPLATE_NOT_FOUND: UserError = {
  ...{ code: 'TEMPLATE_NOT_FOUND', message: 'No such template.', field: ['templateId'] },
};

export const TEMPLATE_EXISTS: UserError = {
  ...{ code: 'TEMPLATE_EXISTS', field: ['name'] },
  message: 'There is a template of this name, locale and version.',
};

/** What is done to the templates of a workspace is done one after another: bounds are counted, and a sync reads many. */
export async function lockTemplates(tx: Transaction, workspace: WorkspaceId): Promise<void> {
  // Not for the row's own sake: whoever refers to the workspace isn't kept waiting.
  await tx
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceIds.toUuid(workspace)))
    .for('no key update');
}

export const isTemplate = (workspace: WorkspaceId, id: TemplateId) =>
  and(eq(templates.workspaceId, workspaceIds.toUuid(workspace)), eq(templates.id, templateIds.toUuid(id)));

export async function findTemplate(
  tx: Transaction,
  workspace: WorkspaceId,
  id: TemplateId,
): Promise<TemplateView | undefined> {
  const rows = await tx.select().from(templates).where(isTemplate(workspace, id));
  return (await withProviderNames(tx, workspace, rows))[0];
}

/** How many more there may be: of any name, and of this one. */
export async function refuseMore(
  tx: Transaction,
  workspace: WorkspaceId,
  name: string,
): Promise<UserError | undefined> {
  const [count] = await tx
    .select({
      all: sql<number>`count(*)::int`,
      ofName: sql<number>`(count(*) filter (where ${templates.name} = ${name}))::int`,
    })
    .from(templates)
    .where(eq(templates.workspaceId, workspaceIds.toUuid(workspace)));
  const { all = 0, ofName = 0 } = count ?? {};
  const message =
    all >= TEMPLATES_MAX
      ? `A workspace keeps at most ${TEMPLATES_MAX} templates.`
      : `At most ${TEMPLATES_OF_NAME_MAX} locales and versions of one name.`;
  const isFull = all >= TEMPLATES_MAX || ofName >= TEMPLATES_OF_NAME_MAX;
  return isFull ? { code: 'INPUT_INVALID', message, field: ['name'] } : undefined;
}

/** What each channel calls it, in the order in which that is kept; a foreign channel is as one that isn't there. */
export async function findChannels(
  tx: Transaction,
  workspace: WorkspaceId,
  { providerNames }: TemplateForm,
): Promise<Decision<readonly TemplateProviderName[], UserError>> {
  const named = providerNames.map(({ channelId, name }) => ({ id: channelIds.parse(channelId), name }));
  const ids = named.flatMap(({ id }) => id ?? []);
  const found = await tx
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.workspaceId, workspaceIds.toUuid(workspace)), isOneOf(channels.id, channelIds, ids)));
  const known = new Set(found.map(({ id }) => channelIds.fromUuid(id)));
  const missing = named.flatMap(({ id }, index): UserError[] =>
    id !== undefined && known.has(id)
      ? []
      : [
          {
            code: 'CHANNEL_NOT_FOUND',
            message: 'No such channel.',
            field: ['providerNames', String(index), 'channelId'],
          },
        ],
  );
  if (missing.length > 0) return refused(...missing);
  return accepted(
    named
      .flatMap(({ id, name = null }) =>
        id === undefined ? [] : [{ channelId: id, name, providerStatus: null, syncedAt: null }],
      )
      .sort((one, other) => (one.channelId < other.channelId ? -1 : 1)),
  );
}

/** @returns false where another one has its name, locale and version: the insert decides, and no look before it */
export async function insertTemplate(tx: Transaction, template: TemplateView): Promise<boolean> {
  const inserted = await tx
    .insert(templates)
    .values({
      ...{ id: templateIds.toUuid(template.id), workspaceId: workspaceIds.toUuid(template.workspaceId) },
      ...toRow(template),
      ...{ createdAt: new Date(template.createdAt), updatedAt: new Date(template.updatedAt) },
    })
    .onConflictDoNothing()
    .returning({ id: templates.id });
  if (inserted.length === 0) return false;
  await insertProviderNames(tx, template);
  return true;
}

export async function insertProviderNames(
  tx: Transaction,
  { id, workspaceId, providerNames }: Pick<TemplateView, 'id' | 'workspaceId' | 'providerNames'>,
): Promise<void> {
  if (providerNames.length === 0) return;
  await tx.insert(templateChannels).values(
    providerNames.map(({ channelId, name, providerStatus, syncedAt }) => ({
      ...{ workspaceId: workspaceIds.toUuid(workspaceId), templateId: templateIds.toUuid(id) },
      ...{ channelId: channelIds.toUuid(channelId), name, providerStatus },
      syncedAt: syncedAt === null ? null : new Date(syncedAt),
    })),
  );
}

export const auditOf = (
  tx: Transaction,
  caller: Caller,
  action: AuditAction,
  subjectId: string,
  now: Date,
): Promise<AuditEvent> =>
  recordAudit(tx, { action, workspaceId: caller.workspaceId, subjectId, actorKeyId: caller.keyId }, now);
