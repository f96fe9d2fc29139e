import type { LogRecord, Topic } from './event-log.js';

/** The log as it is to who only looks: nothing is made, changed or moved for it. */
export interface LogLook {
  /** As `EventLog.id`. */
  readonly id: string;
  readonly partitionCount: number;
  /** What is not as configured, and the command that mends it; of no harm. */
  readonly remarks: readonly { readonly message: string; readonly remedy: string }[];
  /** @throws LogUnavailableError */
  heads(topic: Topic): Promise<readonly bigint[]>;
  /** Of the first event; undefined: there is none. @throws LogUnavailableError */
  fingerprint(): Promise<string | undefined>;
  /** The event there; undefined: there is none. @throws LogUnavailableError */
  eventAt(partition: number, offset: bigint): Promise<LogRecord | undefined>;
  close(): Promise<void>;
}

/** It has not been made: the first start does that. */
export class NoLogYetError extends Error {
  override readonly name = 'NoLogYetError';
}
