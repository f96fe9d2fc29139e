import { sql } from 'drizzle-orm';
import type { Executor } from '../../database/database.js';
import { channelIds, workspaceIds, type ChannelId, type WorkspaceId } from '../kernel/ids.js';
import type { TemplateCandidate } from '../template/choose.js';
import type { TemplateWords } from '../template/template.js';
import { nameOfRow, wordsOfRow, type TemplateRow } from './template-rows.js';

/** A template as a send names it. */
export interface NamedTemplate {
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly name: string;
  readonly locale: string | undefined;
  readonly version: string | undefined;
}

export interface FoundTemplate extends TemplateCandidate {
  readonly words: TemplateWords;
  /** What the channel's provider calls it. */
  readonly providerName: string;
}

interface FoundRow extends Pick<TemplateRow, 'name' | 'locale' | 'version' | 'header' | 'body' | 'footer' | 'buttons'> {
  readonly asked: string;
  readonly is_own_name: boolean;
  readonly provider_name: string | null;
  readonly created_ms: string;
}

/**
 * The kept templates that each of several sends may mean, by one statement. A template that names channels is for those
 * only; one without a locale or a version is for all of them. By two indexes, and not by an `or`, which would read all
 * templates of the workspace for each send.
 */
export async function findNamedTemplates(
  executor: Executor,
  asked: readonly NamedTemplate[],
): Promise<readonly (readonly FoundTemplate[])[]> {
  const { rows } = await executor.execute<FoundRow & Record<string, unknown>>(sql`
    select asked.place as asked, named.is_own_name, coalesce(here.name, t.name) as provider_name,
      t.name, t.locale, t.version, t.header, t.body, t.footer, t.buttons,
      (extract(epoch from t.created_at) * 1000)::bigint as created_ms
    from unnest(${column(asked, ({ workspaceId }) => workspaceIds.toUuid(workspaceId))}::uuid[],
      ${column(asked, ({ channelId }) => channelIds.toUuid(channelId))}::uuid[],
      ${column(asked, ({ name }) => name)}::text[], ${column(asked, ({ locale }) => locale ?? null)}::text[],
      ${column(asked, ({ version }) => version ?? null)}::text[])
      with ordinality as asked(workspace_id, channel_id, name, locale, version, place)
    cross join lateral (
      select t.id, true as is_own_name from config.templates t
      where t.workspace_id = asked.workspace_id and t.name = asked.name
      union all
      select c.template_id, false from config.template_channels c
      where c.workspace_id = asked.workspace_id and c.channel_id = asked.channel_id and c.name = asked.name
    ) named
    join config.templates t on t.id = named.id
    left join config.template_channels here on here.workspace_id = asked.workspace_id
      and here.template_id = t.id and here.channel_id = asked.channel_id
    where (here.template_id is not null
        or not exists (select from config.template_channels c where c.template_id = t.id))
      and (asked.locale is null or t.locale in ('', asked.locale))
      and (asked.version is null or t.version in ('', asked.version))
    order by t.created_at desc, t.id desc`);
  const found = asked.map((): FoundTemplate[] => []);
  for (const row of rows) found[Number(row.asked) - 1]?.push(foundOf(row));
  return found;
}

/** One parameter for each column, however many sends there are. */
const column = <Item>(items: readonly Item[], valueOf: (item: Item) => string | null) => sql.param(items.map(valueOf));

const foundOf = (row: FoundRow): FoundTemplate => ({
  ...{ ...nameOfRow(row), words: wordsOfRow(row), providerName: row.provider_name ?? row.name },
  ...{ isOwnName: row.is_own_name, createdAt: new Date(Number(row.created_ms)) },
});
