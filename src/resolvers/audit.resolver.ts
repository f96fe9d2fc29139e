import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import type { AuditEvent as Recorded } from '../events/channel/events.js';
import { parseInstant } from '../events/message/schedule.js';
import type { AuditFilter } from '../events/queries/finders.js';
import { AuditEvent, AuditEventFilter } from '../schema/graphql/audit.type.js';
import type { Connection } from '../schema/graphql/connection.type.js';
import { AuditEventConnection } from '../schema/graphql/connections.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import { badInput, optionalText, requireShortList, requireText, toPageRequest } from './arguments.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { toConnection } from './page.view.js';

@Resolver()
export class AuditResolver {
  @Query(() => AuditEventConnection, {
    description: 'Who changed what of the configuration, newest first. A change is listed a moment after it was made.',
  })
  auditEvents(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => AuditEventFilter, { nullable: true, description: 'Which changes.' })
    filter: AuditEventFilter | null,
    @Ctx() { finders, caller }: RequestContext,
  ): Promise<Connection<AuditEvent>> {
    const conditions = toConditions(filter);
    return toConnection(
      toPageRequest(args),
      (request) => finders.auditPage(caller.workspaceId, conditions, request),
      toAuditEvent,
    );
  }
}

/** @throws AppError BAD_USER_INPUT */
function toConditions(filter: AuditEventFilter | null): AuditFilter {
  const actions = filter?.actions ?? undefined;
  return {
    actions: actions && requireShortList(actions, 'actions').map((action) => requireText(action, 'actions')),
    actorId: optionalText(filter?.actorId, 'actorId'),
    subjectId: optionalText(filter?.subjectId, 'subjectId'),
    from: optionalInstant(filter?.from, 'from'),
    to: optionalInstant(filter?.to, 'to'),
  };
}

function optionalInstant(text: string | null | undefined, argument: string): Date | undefined {
  if (text === null || text === undefined) return undefined;
  const at = parseInstant(text);
  if (at === undefined) throw badInput(`\`${argument}\` is not a time as RFC 3339 has it: 2026-01-31T09:00:00Z.`);
  return at;
}

const toAuditEvent = ({ id, recordedAt, data }: Recorded): AuditEvent =>
  instance(AuditEvent, { id, recordedAt, action: data.action, actorId: data.actorKeyId, subjectId: data.subjectId });
