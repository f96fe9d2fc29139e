/** What one measured process did in one round. */
export interface Round {
  readonly operations: number;
  /** User and system time of the whole process, its collector and I/O threads included. */
  readonly cpuMicros: number;
  readonly elapsedMs: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
}

/** What a side counts while it is measured. */
export interface Tally {
  readonly operations: number;
  readonly latenciesMs: readonly number[];
}

/** Where a side works: its own topics and database, so that neither reads or fills what is the other's. */
export interface Place {
  /** A new one, migrated; empty where the path needs none. */
  readonly databaseUrl: string;
  /** A provider that takes whatever is posted to it. */
  readonly providerUrl: string;
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  readonly partitions: number;
  /** Whether there is time for the large sizes. */
  readonly isFull: boolean;
}

/** One of the two that are compared, in a process of its own. */
export interface Side {
  /** Before a round, unmeasured: makes what so many milliseconds of work will need. */
  prepare?(milliseconds: number): Promise<void>;
  /** Works for so long. Everything that isn't the operation itself was done before. */
  work(milliseconds: number): Promise<Tally>;
  /** After a round, unmeasured: what is still under way comes to its end, so that the other side has the machine. */
  settle?(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Which figure decides, and the bound of its ratio: floor ÷ ours for CPU, ours ÷ floor for latency and throughput.
 * `none`: printed, and judged by nobody.
 */
export type Target =
  | { readonly figure: 'cpu'; readonly ratioMin: number }
  | { readonly figure: 'latency'; readonly ratioMax: number }
  | { readonly figure: 'throughput'; readonly ratioMin: number; readonly latencyP99MaxMs: number }
  | { readonly figure: 'none' };

/** A way through the product, and the least that it could cost: the same work by hand. */
export interface ComparedPath {
  readonly name: string;
  readonly operation: string;
  readonly target: Target;
  readonly needsPostgres?: boolean;
  /** Where a round of the usual length sees too little. */
  readonly roundMsMin?: number;
  readonly open: Readonly<Record<SideName, (place: Place) => Promise<Side>>>;
}

export const SIDES = ['ours', 'floor'] as const;
export type SideName = (typeof SIDES)[number];
