import { and, eq } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { journal } from '../../schema/tables/read.js';
import type { EventEnvelope } from '../kernel/event.js';
import { eventIds, workspaceIds } from '../kernel/ids.js';
import { readJournal } from '../projections/journal.js';
import { inOrderOf, isOneOf } from './by-id.js';
import type { Finders, JournalItem } from './finders.js';

export function createEventFinders(orm: Orm): Pick<Finders, 'events' | 'journalPage'> {
  return {
    async events(workspace, ids) {
      const rows = await orm
        .select({ partition: journal.partition, offset: journal.offset, value: journal.value })
        .from(journal)
        .where(and(eq(journal.workspaceId, workspaceIds.toUuid(workspace)), isOneOf(journal.id, eventIds, ids)));
      const found = rows.map((row): JournalItem => ({
        event: row.value as EventEnvelope,
        position: { partition: row.partition, offset: row.offset },
      }));
      return inOrderOf(ids, found, (item) => item.event.id);
    },
    journalPage: (workspace, filter, after, limit) =>
      readJournal(orm, { ...filter, workspaceId: workspace }, after, limit),
  };
}
