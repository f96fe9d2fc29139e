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
}

/** One of the two that are compared, in a process of its own. */
export interface Side {
  /** Works for so long. Everything that isn't the operation itself was done before. */
  work(milliseconds: number): Promise<Tally>;
  close(): Promise<void>;
}

/** Which figure decides, and the bound of its ratio: floor ÷ ours for CPU, ours ÷ floor for latency. */
export type Target =
  { readonly figure: 'cpu'; readonly ratioMin: number } | { readonly figure: 'latency'; readonly ratioMax: number };

/** A way through the product, and the least that it could cost: the same work by hand. */
export interface ComparedPath {
  readonly name: string;
  readonly operation: string;
  readonly target: Target;
  readonly needsPostgres?: boolean;
  readonly open: Readonly<Record<SideName, (place: Place) => Promise<Side>>>;
}

export const SIDES = ['ours', 'floor'] as const;
export type SideName = (typeof SIDES)[number];
