import type { ComparedPath } from '../compared-path.js';
import { insertRaw } from './insert-raw.js';
import { projectFromKafka } from './project.js';
import { rebuildFromKafka } from './rebuild.js';

/** From the log to the read models: as it comes, and all of it anew. CPU at most twice the floor's. */
export const PROJECTION_PATHS: readonly ComparedPath[] = [
  {
    name: 'project',
    operation: 'an event from Kafka until its rows are committed, against inserting the same rows, folded beforehand',
    target: { figure: 'cpu', ratioMin: 0.5 },
    needsPostgres: true,
    open: { ours: projectFromKafka, floor: insertRaw },
  },
  {
    name: 'rebuild',
    operation:
      'an event of a rebuild, comparison and exchange included, against inserting the same rows, folded beforehand',
    target: { figure: 'cpu', ratioMin: 0.5 },
    needsPostgres: true,
    open: { ours: rebuildFromKafka, floor: insertRaw },
  },
];
