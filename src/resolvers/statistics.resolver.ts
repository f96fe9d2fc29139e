import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { AppError } from '../errors.js';
import type { StatisticsDimension as Dimension, StatisticsRequest, StatisticsRow } from '../events/queries/finders.js';
import { STATISTICS_ROWS_MAX } from '../events/queries/message-statistics.js';
import { StatisticsBucket, StatisticsDimension } from '../schema/graphql/enums.js';
import { DateTimeScalar } from '../schema/graphql/scalars.js';
import { DurationStatistics, MessageStatistics } from '../schema/graphql/statistics.type.js';
import { badInput, requireTime } from './arguments.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';

const DAY_MS = 86_400_000;
/** What is read is every message of the span. */
const DAYS_MAX: Readonly<Record<StatisticsRequest['bucket'], number>> = { HOUR: 31, DAY: 366 };

@Resolver()
export class StatisticsResolver {
  @Query(() => [MessageStatistics], {
    description:
      'How many outgoing messages were accepted, what became of them, and how long it took; by the time of acceptance, oldest first. Spans and kinds of which there are none are left out.',
  })
  async messageStatistics(
    @Arg('from', () => DateTimeScalar, { description: 'The first moment that counts.' }) from: string,
    @Arg('to', () => DateTimeScalar, { description: 'The first moment that counts no more.' }) to: string,
    @Arg('bucket', () => StatisticsBucket, { defaultValue: 'DAY', description: 'How long the spans are.' })
    bucket: StatisticsRequest['bucket'] | null,
    @Arg('by', () => [StatisticsDimension], { nullable: true, description: 'What they are told apart by, as well.' })
    by: Dimension[] | null,
    @Ctx() { finders, caller }: RequestContext,
  ): Promise<MessageStatistics[]> {
    const asked = { from: requireTime(from, 'from'), to: requireTime(to, 'to'), bucket: bucket ?? 'DAY', by: by ?? [] };
    requireShortSpan(asked);
    const rows = await finders.messageStatistics(caller.workspaceId, asked);
    if (rows.length <= STATISTICS_ROWS_MAX) return rows.map(toStatistics);
    throw new AppError('QUERY_TOO_COMPLEX', `These are more than ${STATISTICS_ROWS_MAX} rows. Ask for a shorter time.`);
  }
}

const toStatistics = ({ timeToSent, timeToDelivered, timeToRead, ...row }: StatisticsRow): MessageStatistics =>
  instance(MessageStatistics, {
    ...row,
    timeToSent: timeToSent && instance(DurationStatistics, timeToSent),
    timeToDelivered: timeToDelivered && instance(DurationStatistics, timeToDelivered),
    timeToRead: timeToRead && instance(DurationStatistics, timeToRead),
  });

/** @throws AppError BAD_USER_INPUT */
function requireShortSpan({ from, to, bucket }: StatisticsRequest): void {
  const days = (to.getTime() - from.getTime()) / DAY_MS;
  if (days <= 0) throw badInput('`to` must lie after `from`.');
  if (days > DAYS_MAX[bucket]) throw badInput(`By ${bucket} at most ${DAYS_MAX[bucket]} days can be counted.`);
}
