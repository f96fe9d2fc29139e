import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { templateChannels, templates } from '../../schema/tables/config.js';
import { channelIds, templateIds, workspaceIds, type ChannelId, type WorkspaceId } from '../kernel/ids.js';
import { inOrderOf, isOneOf } from './by-id.js';
import { byTime, keysetPage, timePlace } from './keyset.js';
import { withProviderNames, type TemplateRow } from './template-rows.js';
import type { TemplateFilter, TemplateFinders, TemplateView } from './template-view.js';

export function createTemplateFinders(orm: Orm): TemplateFinders {
  return {
    async templates(workspace, ids) {
      const rows = await orm
        .select()
        .from(templates)
        .where(and(eq(templates.workspaceId, workspaceIds.toUuid(workspace)), isOneOf(templates.id, templateIds, ids)));
      return inOrderOf(ids, await withProviderNames(orm, workspace, rows), ({ id }) => id);
    },
    templatePage: (workspace, filter, page) =>
      keysetPage({
        scope: `templates/${workspace}`,
        order: byTime(templates.createdAt, templates.id, 'ascending'),
        page,
        async select({ range, orderBy, rowCount }) {
          const rows = await orm
            .select()
            .from(templates)
            .where(and(eq(templates.workspaceId, workspaceIds.toUuid(workspace)), ...conditionsOf(filter), range))
            .orderBy(...orderBy)
            .limit(rowCount);
          return withRows(orm, workspace, rows);
        },
        placeOf: ({ row }) => timePlace(row.createdAt, row.id),
        toItem: ({ view }) => view,
      }),
  };
}

async function withRows(orm: Orm, workspace: WorkspaceId, rows: readonly TemplateRow[]) {
  const views = await withProviderNames(orm, workspace, rows);
  return rows.flatMap((row, index): { readonly row: TemplateRow; readonly view: TemplateView }[] => {
    const view = views[index];
    return view === undefined ? [] : [{ row, view }];
  });
}

const conditionsOf = ({ channelId, name, locale }: TemplateFilter): (SQL | undefined)[] => [
  channelId && isFor(channelId),
  name === undefined ? undefined : sql`position(lower(${name}) in lower(${templates.name})) > 0`,
  locale === undefined ? undefined : eq(templates.locale, locale),
];

/** One that names no channel is for all of them. */
const isFor = (channelId: ChannelId): SQL => {
  const ofTemplate = sql`from ${templateChannels} where ${templateChannels.templateId} = ${templates.id}`;
  const here = sql`${templateChannels.channelId} = ${channelIds.toUuid(channelId)}::uuid`;
  return sql`(exists (select ${ofTemplate} and ${here}) or not exists (select ${ofTemplate}))`;
};
