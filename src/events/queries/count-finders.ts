import { sql } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { workspaceIds } from '../kernel/ids.js';
import type { ConversationCounts, Finders } from './finders.js';

/** The busiest; beyond it a list is for nobody to read. */
export const ASSIGNEES_COUNTED_MAX = 100;

/** Of sums that the projector keeps, one row for each place and partition: no conversation is read. */
export function createCountFinders(orm: Orm): Pick<Finders, 'conversationCounts'> {
  const counted = orm
    .select({
      open: sql<number>`counted.open`,
      closed: sql<number>`counted.closed`,
      unassigned: sql<number>`counted.unassigned`,
      assignees: sql<ConversationCounts['assignees']>`counted.assignees`,
    })
    .from(COUNTED)
    .prepare('conversation_counts');
  return {
    async conversationCounts(workspace, { agentId = null, teamId = null }) {
      const [counts] = await counted.execute({ workspace: workspaceIds.toUuid(workspace), agentId, teamId });
      return counts ?? { open: 0, closed: 0, unassigned: 0, assignees: [] };
    },
  };
}

const isOf = (column: 'agent_id' | 'team_id', name: string) =>
  sql`(${sql.placeholder(name)}::text is null or ${sql.identifier(column)} = ${sql.placeholder(name)}::text)`;

/** One statement, prepared: it stands beside each page of an inbox. */
const COUNTED = sql`(
  with places as materialized (
    select status, agent_id, team_id, sum(count)::int as count from read.conversation_counts
    where workspace_id = ${sql.placeholder('workspace')}::uuid and ${isOf('agent_id', 'agentId')} and ${isOf('team_id', 'teamId')}
    group by status, agent_id, team_id
  ), busiest as (
    select nullif(agent_id, '') as agent, nullif(team_id, '') as team, count from places
    where status = 'OPEN' and (agent_id <> '' or team_id <> '') and count > 0
    order by count desc, agent_id, team_id limit ${sql.raw(String(ASSIGNEES_COUNTED_MAX))}
  )
  select coalesce(sum(count) filter (where status = 'OPEN'), 0)::int as open,
    coalesce(sum(count) filter (where status = 'CLOSED'), 0)::int as closed,
    coalesce(sum(count) filter (where status = 'OPEN' and agent_id = '' and team_id = ''), 0)::int as unassigned,
    (select coalesce(json_agg(json_build_object('agentId', agent, 'teamId', team, 'open', count)
      order by count desc, agent nulls first, team nulls first), '[]') from busiest) as assignees
  from places) as counted`;
