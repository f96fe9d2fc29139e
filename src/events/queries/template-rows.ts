import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Executor } from '../../database/database.js';
import { templateChannels, type templates } from '../../schema/tables/config.js';
import { channelIds, templateIds, workspaceIds, type WorkspaceId } from '../kernel/ids.js';
import {
  TEMPLATE_BUTTON_KINDS,
  TEMPLATE_HEADER_KINDS,
  type TemplateName,
  type TemplateWords,
} from '../template/template.js';
import { isOneOf } from './by-id.js';
import type { TemplateProviderName, TemplateView } from './template-view.js';

export type TemplateRow = typeof templates.$inferSelect;
type ChannelRow = typeof templateChannels.$inferSelect;

const header = z.object({ kind: z.enum(TEMPLATE_HEADER_KINDS), text: z.string() }).nullable();
const buttons = z.array(
  z.object({ kind: z.enum(TEMPLATE_BUTTON_KINDS), text: z.string(), url: z.string().optional() }),
);

/** What a row says. Empty stands for none: a unique index knows no two of that, and any number of nulls. */
export const wordsOfRow = (row: Pick<TemplateRow, 'header' | 'body' | 'footer' | 'buttons'>): TemplateWords => ({
  header: header.parse(row.header),
  body: row.body,
  footer: row.footer || null,
  buttons: buttons.parse(row.buttons),
});

export const nameOfRow = ({ name, locale, version }: Pick<TemplateRow, keyof TemplateName>): TemplateName => ({
  ...{ name, locale: locale || null, version: version || null },
});

/** The same on the way back. */
export const toRow = (template: TemplateName & TemplateWords) => ({
  ...{ name: template.name, locale: template.locale ?? '', version: template.version ?? '' },
  ...{ header: template.header, body: template.body, footer: template.footer ?? '', buttons: template.buttons },
});

/** With what they are called where, in the order of the rows. */
export async function withProviderNames(
  executor: Executor,
  workspace: WorkspaceId,
  rows: readonly TemplateRow[],
): Promise<TemplateView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => templateIds.fromUuid(id));
  const found = await executor
    .select()
    .from(templateChannels)
    .where(
      and(
        eq(templateChannels.workspaceId, workspaceIds.toUuid(workspace)),
        isOneOf(templateChannels.templateId, templateIds, ids),
      ),
    )
    .orderBy(templateChannels.templateId, templateChannels.channelId);
  const byTemplate = new Map<string, ChannelRow[]>(rows.map(({ id }) => [id, []]));
  for (const row of found) byTemplate.get(row.templateId)?.push(row);
  return rows.map((row) => viewOf(workspace, row, byTemplate.get(row.id) ?? []));
}

function viewOf(workspaceId: WorkspaceId, row: TemplateRow, channels: readonly ChannelRow[]): TemplateView {
  return {
    ...{ id: templateIds.fromUuid(row.id), workspaceId, ...nameOfRow(row), ...wordsOfRow(row) },
    providerNames: channels.map(providerNameOf),
    ...{ createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() },
  };
}

const providerNameOf = ({ channelId, name, providerStatus, syncedAt }: ChannelRow): TemplateProviderName => ({
  ...{ channelId: channelIds.fromUuid(channelId), name, providerStatus, syncedAt: syncedAt?.toISOString() ?? null },
});
