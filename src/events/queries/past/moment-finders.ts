import type { Orm } from '../../../database/database.js';
import { readRecordedAt, readVectorAt } from '../../projections/journal-marks.js';
import type { Finders } from '../finders.js';
import { createPastContacts } from './past-contacts.js';
import { createPastConversations } from './past-conversations.js';
import { createPastMessages } from './past-messages.js';

/** Before it nothing was recorded. */
const EPOCH = new Date(0);

export const createMomentFinders = (orm: Orm): Pick<Finders, 'momentAt' | 'momentOf' | 'asOf'> => ({
  async momentAt(time, partitionCount) {
    // Further back Postgres and RFC 3339 write years differently.
    const at = time < EPOCH ? EPOCH : time;
    return { vector: await readVectorAt(orm, at, partitionCount), at };
  },
  momentOf: async (vector) => ({ vector, at: (await readRecordedAt(orm, vector)) ?? EPOCH }),
  asOf: ({ vector }) => ({
    ...createPastMessages(orm, vector),
    ...createPastConversations(orm, vector),
    ...createPastContacts(orm, vector),
  }),
});
