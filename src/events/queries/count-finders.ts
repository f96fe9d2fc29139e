import { sql } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { workspaceIds } from '../kernel/ids.js';
import type { Finders } from './finders.js';

/** The busiest; beyond it a list is for nobody to read. */
export const ASSIGNEES_COUNTED_MAX = 100;

/** Of sums that the projector keeps, one row for each place and partition: no conversation is read. */
export const createCountFinders = (orm: Orm): Pick<Finders, 'conversationCounts'> => ({
  async conversationCounts(workspace, { agentId, teamId }) {
    const ofWorkspace = sql`workspace_id = ${workspaceIds.toUuid(workspace)}
      ${agentId === undefined ? sql`` : sql`and agent_id = ${agentId}`}
      ${teamId === undefined ? sql`` : sql`and team_id = ${teamId}`}`;
    const totals = await orm.execute<{ open: number; closed: number; unassigned: number }>(sql`
      select coalesce(sum(count) filter (where status = 'OPEN'), 0)::int as open,
        coalesce(sum(count) filter (where status = 'CLOSED'), 0)::int as closed,
        coalesce(sum(count) filter (where status = 'OPEN' and agent_id = '' and team_id = ''), 0)::int as unassigned
      from read.conversation_counts where ${ofWorkspace}`);
    const assignees = await orm.execute<{ agent_id: string; team_id: string; open: number }>(sql`
      select agent_id, team_id, sum(count)::int as open from read.conversation_counts
      where ${ofWorkspace} and status = 'OPEN' and (agent_id <> '' or team_id <> '')
      group by agent_id, team_id having sum(count) > 0
      order by open desc, agent_id, team_id limit ${ASSIGNEES_COUNTED_MAX}`);
    return {
      ...(totals.rows[0] ?? { open: 0, closed: 0, unassigned: 0 }),
      assignees: assignees.rows.map(({ agent_id: agentId, team_id: teamId, open }) => ({
        ...{ agentId: agentId === '' ? null : agentId, teamId: teamId === '' ? null : teamId, open },
      })),
    };
  },
});
