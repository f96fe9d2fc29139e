/** What is told of a metric: its labels are bounded sets, never the id of a message, a contact or an address. */
export interface MetricSpec {
  readonly type: 'gauge' | 'counter';
  /** What it means, and in which unit. */
  readonly help: string;
  readonly labels: readonly string[];
}

const OF_ALL = 'Of the whole Parley, so every process says the same: take the maximum over processes, never the sum.';
const COUNTED_UP_TO = 'Counted up to 100,000.';

const gauge = (help: string, ...labels: string[]): MetricSpec => ({ type: 'gauge', help, labels });
const counter = (help: string, ...labels: string[]): MetricSpec => ({ type: 'counter', help, labels });

/**
 * Metrics that are read when somebody asks, so that they cost nothing otherwise. One without a reading is absent: what
 * isn't known is not 0. docs/operations.md says of each what to look out for.
 */
export const READ_METRICS = {
  parley_log_consumer_lag: gauge(
    'Records that a consumer of this process has still to read, of the partitions that it holds. Absent while the log is away.',
    ...['group', 'topic', 'partition'],
  ),
  parley_log_reconnects_total: counter('How often a lost connection to the log was made anew.'),
  parley_role_ready: gauge('1 where the role can do its work, as /readyz says of it apart from the stores.', 'role'),
  parley_role_stopped: gauge('1 where the role gave up by itself: it stays stopped until somebody looks.', 'role'),
  parley_rebuild_needed: gauge('1 where the journal holds events that only a rebuild of the read models folds.'),
  parley_dispatcher_caught_up: gauge('0 while the dispatcher reads what it missed; until then nothing is sent.'),
  parley_dispatcher_calls_under_way: gauge('Provider calls of this process that have not ended.'),
  parley_breaker_open: gauge(
    '1 where this process leaves a channel alone because its provider is not there; 0 once it is back. Only channels that it has called.',
    'channel_id',
  ),
  parley_subscriptions: gauge('Subscriptions to the live feed in this process.'),
  parley_subscription_fallbacks_total: counter(
    'How often a subscriber was too slow for the live feed and went on from the journal.',
  ),
  parley_media_open: gauge('Incoming files that this process passes on at the moment.'),
  parley_websockets: gauge('Open WebSockets in this process.'),
  parley_websockets_given_up_total: counter(
    'How often a WebSocket was closed with 1013, for its other side took nothing for a minute or answered no ping.',
  ),
  parley_postgres_connections: gauge("Connections of this process' pool, by what they do: busy or idle.", 'state'),
  parley_postgres_waiting: gauge("Statements that wait for a connection of this process' pool."),
  parley_work_waiting: gauge(
    `Rows that wait, by kind: parts to send (waiting), sends for later (scheduled), calls under way (calling), calls whose end nobody knows (unknown), receipts without a message (parked_receipts), events on their way to the log (outbox). ${COUNTED_UP_TO} ${OF_ALL}`,
    'kind',
  ),
  parley_queue_depth: gauge(
    `Parts that wait in a channel's lanes; absent: none. At most 500 channels. ${COUNTED_UP_TO} ${OF_ALL}`,
    'channel_id',
  ),
  parley_outbox_oldest_seconds: gauge(
    `Seconds that the oldest event has been on its way to the log; absent: none is. ${OF_ALL}`,
  ),
  parley_dead_letters: gauge(`Records that a consumer could not take, ever. ${COUNTED_UP_TO} ${OF_ALL}`, 'consumer'),
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type ReadMetric = keyof typeof READ_METRICS;

/** One figure, as it is now. */
export interface Reading {
  readonly metric: ReadMetric;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly value: number;
}

/** A truth as Prometheus takes it. */
export const flag = (isTrue: boolean): number => (isTrue ? 1 : 0);
