import { readTablesIn, type ReadTables } from '../../schema/tables/read.js';
import { createReadPositionStore, type PositionStore } from '../log/positions.js';

/** The schemas that a copy of the read models can stand in. What is in `read` is served. */
export type CopyName = 'read' | 'read_next' | 'read_previous';

/** One copy of the read models and the journal, with the positions up to which it was folded. */
export interface ReadCopy {
  readonly name: CopyName;
  readonly tables: ReadTables;
  readonly positions: PositionStore;
}

export const readCopy = (name: CopyName): ReadCopy => ({
  name,
  tables: readTablesIn(name),
  positions: createReadPositionStore(name),
});

/** What is served. */
export const LIVE_COPY = readCopy('read');
