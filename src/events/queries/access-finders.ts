import { and, eq, gte, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { apiKeyViewOf } from '../../access/key-view.js';
import type { Orm } from '../../database/database.js';
import { apiKeys } from '../../schema/tables/config.js';
import { journal } from '../../schema/tables/read.js';
import type { AuditEvent } from '../channel/events.js';
import { apiKeyIds, workspaceIds } from '../kernel/ids.js';
import { inOrderOf, isOneOf } from './by-id.js';
import type { AuditFilter, Finders } from './finders.js';
import { byTime, keysetPage, timePlace, type KeysetOrder } from './keyset.js';

/** Who may come in, and what was done about it. */
export function createAccessFinders(orm: Orm): Pick<Finders, 'apiKeys' | 'apiKeyPage' | 'auditPage'> {
  return {
    async apiKeys(workspace, ids) {
      const own = eq(apiKeys.workspaceId, workspaceIds.toUuid(workspace));
      const rows = await orm
        .select()
        .from(apiKeys)
        .where(and(own, isOneOf(apiKeys.id, apiKeyIds, ids)));
      return inOrderOf(ids, rows.map(apiKeyViewOf), (key) => key.id);
    },
    apiKeyPage: (workspace, page) =>
      keysetPage({
        scope: `api_keys/${workspace}`,
        order: byTime(apiKeys.createdAt, apiKeys.id, 'ascending'),
        page,
        select: ({ range, orderBy, rowCount }) =>
          orm
            .select()
            .from(apiKeys)
            .where(and(eq(apiKeys.workspaceId, workspaceIds.toUuid(workspace)), range))
            .orderBy(...orderBy)
            .limit(rowCount),
        placeOf: (row) => timePlace(row.createdAt, row.id),
        toItem: apiKeyViewOf,
      }),
    auditPage: (workspace, filter, page) =>
      keysetPage({
        scope: `audit/${workspace}`,
        order: newestOffsetFirst,
        page,
        select: ({ range, orderBy, rowCount }) =>
          orm
            .select({ offset: journal.offset, value: journal.value })
            .from(journal)
            .where(and(eq(journal.workspaceId, workspaceIds.toUuid(workspace)), isAudit, ...conditions(filter), range))
            .orderBy(...orderBy)
            .limit(rowCount),
        placeOf: (row) => ({ major: row.offset }),
        toItem: (row) => row.value as AuditEvent,
      }),
  };
}

/** Written out, and not a parameter: the partial index is found by it. */
const isAudit = sql`type = 'audit.recorded'`;

/** A workspace's audit is keyed by the workspace, so it lies in one partition, in which offsets are the order. */
const newestOffsetFirst: KeysetOrder = {
  columns: [journal.offset],
  isDescending: true,
  write: (place) => sql`(${place.major}::bigint)`,
};

const dataField = (name: string): SQL => sql`(${journal.value} -> 'data' ->> ${name})`;

function conditions({ actions, actorId, subjectId, from, to }: AuditFilter): (SQL | undefined)[] {
  return [
    actions && inArray(dataField('action'), [...actions]),
    actorId === undefined ? undefined : eq(dataField('actorKeyId'), actorId),
    subjectId === undefined ? undefined : eq(dataField('subjectId'), subjectId),
    from && gte(journal.recordedAt, from),
    to && lt(journal.recordedAt, to),
  ];
}
