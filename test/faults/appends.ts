import { PRODUCE, type ProxiedRequest } from '../support/kafka-proxy.js';
import type { ProxiedStatement } from '../support/postgres-proxy.js';
import type { Rig } from './rig.js';

/** What stands still until `release`, or until its process is killed. */
export interface HeldAppend {
  /** Resolves when the append has come and is held. */
  readonly reached: Promise<unknown>;
  release(): void;
}

/** Holds the first append of an event of this type before the log sees it. */
export const holdAppend = ({ kafka, proxy }: Rig, type: string): HeldAppend =>
  kafka
    ? kafka.holdRequest((request) => isProduce(request, type))
    : proxy.holdStatement((statement) => isInsert(statement, type));

/** Lets the first append of an event of this type through, and holds what the log answers to it. */
export const holdAppendAnswer = ({ kafka, proxy }: Rig, type: string): HeldAppend =>
  kafka
    ? kafka.holdAnswer((request) => isProduce(request, type))
    : proxy.holdAnswer((statement) => isInsert(statement, type));

/** Record batches are not compressed: the type can be read in the header of a record. */
const isProduce = ({ apiKey, text }: ProxiedRequest, type: string) => apiKey === PRODUCE && text.includes(type);

const isInsert = ({ sql, values }: ProxiedStatement, type: string) =>
  /insert into "?log"?\."?records/i.test(sql) && values.includes(type);
