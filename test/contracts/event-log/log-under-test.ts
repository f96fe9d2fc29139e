import type {
  AppendedPosition,
  EventLog,
  LogRecord,
  OutgoingRecord,
  StartAt,
} from '../../../src/events/log/event-log.js';

/** A fresh, empty log of 4 partitions, and what a test may do to it from outside. */
export interface LogUnderTest {
  readonly log: EventLog;
  /** Another handle on the same log, as another process would open it. */
  readonly reopen: (partitions?: number) => Promise<EventLog>;
  /** Resets the connections of `log` to its server, and refuses new ones until `heal`. */
  readonly cut: () => void;
  readonly heal: () => void;
  /** Removes what lies below `offset`, as retention does. */
  readonly forgetBelow: (topic: 'events', partition: number, offset: bigint) => Promise<void>;
  readonly close: () => Promise<void>;
}

export const CONTRACT_PARTITIONS = 4;

export const fromBeginning = {
  topic: 'events',
  group: 'contract',
  startAt: () => Promise.resolve<StartAt>('beginning'),
} as const;

export const record = (key: string, n: number): OutgoingRecord => ({
  key,
  headers: { n: String(n) },
  value: Buffer.from(`{"n":${n}}`),
});
export const numberOf = (found: LogRecord): number => Number(found.headers['n']);
export const placeOf = ({ partition, offset }: AppendedPosition): AppendedPosition => ({ partition, offset });
export const nameOf = ({ partition, offset }: AppendedPosition): string => `${partition}/${offset}`;
export const sum = (offsets: readonly bigint[]): bigint => offsets.reduce((total, offset) => total + offset, 0n);

export function keysOfTwoPartitions(log: EventLog): readonly [string, string] {
  const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
  const other = keys.find((key) => log.partitionOf(key) !== log.partitionOf('k0'));
  if (other === undefined) throw new Error('All keys fell into one partition.');
  return ['k0', other];
}

export function openGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}
