import { sql } from 'drizzle-orm';
import { parseRecord } from '../../codec.js';
import { eventIds } from '../../kernel/ids.js';
import type { LogRecord } from '../../log/event-log.js';
import { storable } from '../../projections/storable.js';
import { takeRecord } from '../dispatcher/intake.js';
import { createCatchUpGate } from '../dispatcher/gate.js';
import type { InterpreterDeps } from '../interpreter/interpreter.js';
import { interpretRecords } from '../interpreter/interpreter.js';
import { createPositionStore } from '../../log/positions.js';
import type { DeadLetter } from './dead-letter-rows.js';

export interface GivenAgain {
  readonly outcome: 'taken' | 'refused' | 'rebuildNeeded';
  /** Without content; empty where it was taken. */
  readonly reason: string;
}

const TAKEN: GivenAgain = { outcome: 'taken', reason: '' };

/** Gives a record to its letter's consumer as this build is. @throws when Postgres or the log is away */
export function giveAgain(deps: InterpreterDeps, { consumer }: DeadLetter, record: LogRecord): Promise<GivenAgain> {
  switch (consumer) {
    case 'interpreter':
      return toInterpreter(deps, record);
    case 'dispatcher':
      return toIntake(deps, record);
    case 'projector':
      return toProjector(deps, record);
  }
}

async function toInterpreter(deps: InterpreterDeps, record: LogRecord): Promise<GivenAgain> {
  const { database, log } = deps;
  const positions = createPositionStore('dispatcher', 'events');
  const gate = createCatchUpGate({ executor: database.orm, log, positions });
  const foreign = await interpretRecords({ ...deps, hasIntakeSeenAll: () => gate.holds() }, [record]);
  const [refused] = foreign;
  return refused === undefined ? TAKEN : { outcome: 'refused', reason: refused.reason };
}

async function toIntake({ database, identity }: InterpreterDeps, record: LogRecord): Promise<GivenAgain> {
  const reason = await takeRecord(database, identity, record);
  return reason === undefined ? TAKEN : { outcome: 'refused', reason };
}

/**
 * The projector folds in the order of positions and nothing else: what it passed over stands behind counts and the newest
 * message that were folded since. A rebuild comes to it in its turn; once the journal has it, it is no dead letter.
 */
async function toProjector({ database }: InterpreterDeps, record: LogRecord): Promise<GivenAgain> {
  const parsed = parseRecord(storable(record));
  if (parsed.kind === 'foreign') return { outcome: 'refused', reason: parsed.reason };
  const journaled = await database.orm.execute(
    sql`select 1 from read.events where id = ${eventIds.toUuid(parsed.event.id)}`,
  );
  if (journaled.rows.length > 0) return TAKEN;
  return { outcome: 'rebuildNeeded', reason: `This build reads it as ${parsed.event.type}: a rebuild folds it.` };
}
