import type { ComparedPath } from '../compared-path.js';
import { insertRaw } from './insert-raw.js';
import { projectFromKafka } from './project.js';

/** From the log to the read models; a rebuild will stand beside it, against the same floor. */
export const PROJECTION_PATHS: readonly ComparedPath[] = [
  {
    name: 'project',
    operation: 'an event from Kafka until its rows are committed, against inserting the same rows, folded beforehand',
    // CPU at most twice the floor's.
    target: { figure: 'cpu', ratioMin: 0.5 },
    needsPostgres: true,
    open: { ours: projectFromKafka, floor: insertRaw },
  },
];
