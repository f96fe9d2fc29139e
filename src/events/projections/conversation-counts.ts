import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database/database.js';
import type { ReadTables } from '../../schema/tables/read.js';
import type { ConversationState } from '../conversation/state.js';
import type { EventPosition } from '../kernel/event.js';
import { workspaceIds } from '../kernel/ids.js';

/** What a batch moved of one place: how many conversations came to it, less those that left. */
export interface CountMove {
  readonly workspaceId: string;
  readonly partition: number;
  readonly status: string;
  /** Empty: none. */
  readonly agentId: string;
  readonly teamId: string;
  readonly moved: number;
}

/** By a text that sorts and names the place. */
export type CountMoves = Map<string, CountMove>;

/** Notes what one event moved. Both places are named even where a later event of the batch moves it back. */
export function countMove(
  moves: CountMoves,
  before: ConversationState | undefined,
  after: ConversationState,
  { partition }: EventPosition,
): void {
  if (before !== undefined && isSamePlace(before, after)) return;
  if (before !== undefined && isByItself(before)) add(moves, placeOf(before, partition), -1);
  if (isByItself(after)) add(moves, placeOf(after, partition), 1);
}

/** What is shown as another one is counted with that one. */
const isByItself = ({ mergedInto }: ConversationState): boolean => mergedInto === null;

const isSamePlace = (a: ConversationState, b: ConversationState): boolean =>
  a.status === b.status && a.agentId === b.agentId && a.teamId === b.teamId && isByItself(a) === isByItself(b);

const placeOf = (state: ConversationState, partition: number): Omit<CountMove, 'moved'> => ({
  workspaceId: workspaceIds.toUuid(state.workspaceId),
  partition,
  status: state.status,
  agentId: state.agentId ?? '',
  teamId: state.teamId ?? '',
});

function add(moves: CountMoves, place: Omit<CountMove, 'moved'>, count: number): void {
  const name = JSON.stringify(Object.values(place));
  moves.set(name, { ...place, moved: (moves.get(name)?.moved ?? 0) + count });
}

export async function addCounts(
  tx: Transaction,
  { conversationCounts }: Pick<ReadTables, 'conversationCounts'>,
  moves: CountMoves,
): Promise<void> {
  if (moves.size === 0) return;
  const rows = [...moves.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, move]) => move);
  const column = (of: (move: CountMove) => unknown) => sql.param(rows.map(of));
  await tx.execute(sql`
    insert into ${conversationCounts} as known (workspace_id, partition, status, agent_id, team_id, count)
    select * from unnest(
      ${column(({ workspaceId }) => workspaceId)}::uuid[], ${column(({ partition }) => partition)}::int[],
      ${column(({ status }) => status)}::text[], ${column(({ agentId }) => agentId)}::text[],
      ${column(({ teamId }) => teamId)}::text[], ${column(({ moved }) => moved)}::int[])
    on conflict (workspace_id, status, agent_id, team_id, partition)
    do update set count = known.count + excluded.count`);
}
