import type { Database } from '../../database/database.js';
import { createAccessFinders } from './access-finders.js';
import { createChannelFinders } from './channel-finders.js';
import { createContactFinders } from './contact-finders.js';
import { createContactMessages } from './contact-messages.js';
import { createConversationFinders } from './conversation-finders.js';
import { createCountFinders } from './count-finders.js';
import { createEventFinders } from './event-finders.js';
import type { Finders } from './finders.js';
import { createMessageFinders } from './message-finders.js';
import { createMessageSearch } from './message-search.js';
import { createMessageStatistics } from './message-statistics.js';
import { createNoteFinders } from './note-finders.js';
import { createTemplateFinders } from './template-finders.js';
import { createMomentFinders } from './past/moment-finders.js';

/** All finders over one Postgres. They throw what `pg` throws: `isDatabaseAway` tells whether that is a fault that passes. */
export function createFinders({ database: { orm } }: { readonly database: Database }): Finders {
  return {
    ...createMessageFinders(orm),
    ...createMessageSearch(orm),
    ...createMessageStatistics(orm),
    ...createConversationFinders(orm),
    ...createCountFinders(orm),
    ...createNoteFinders(orm),
    ...createContactFinders(orm),
    ...createContactMessages(orm),
    ...createChannelFinders(orm),
    ...createTemplateFinders(orm),
    ...createEventFinders(orm),
    ...createAccessFinders(orm),
    ...createMomentFinders(orm),
  };
}
