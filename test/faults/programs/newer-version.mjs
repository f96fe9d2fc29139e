/**
 * Parley as a newer version of it would be: `message.received` has a second version, whose data says something more.
 * What was stored as version 1 is brought up to it. Everything else is the built `dist`.
 */
import { z } from 'zod';
import { catalogEntry, EVENT_CATALOG } from '../../../dist/events/catalog.js';

const TYPE = 'message.received';
const { keyedBy, data } = EVENT_CATALOG.get(TYPE);
// Required, so that version 1 as it was stored would be refused.
const second = data.extend({ language: z.string() });
EVENT_CATALOG.set(TYPE, catalogEntry(keyedBy, second, [(first) => ({ ...first, language: 'und' })]));

await import('../../../dist/main.js');
