import { z } from 'zod';
import type { HttpCaller } from '../http-call.js';
import type { WindowAnswer, WindowRequest } from '../provider.js';
import { contactIdIn } from './address.js';
import { contactOf, type BirdSettings } from './settings.js';
import { timeOf } from './time.js';

const told = z.object({ serviceWindowExpireAt: z.string().nullish(), isPermanentSession: z.boolean().optional() });

/** Asks for what the channel knows of a contact, which Bird finds by its own id only. */
export async function askWindow(
  call: HttpCaller,
  { settings, address, providerContactId = contactIdIn(address), signal }: WindowRequest<BirdSettings>,
): Promise<WindowAnswer | undefined> {
  if (providerContactId === undefined) return undefined;
  const end = await call({ ...contactOf(settings, providerContactId), method: 'GET', signal });
  const read = told.safeParse(end.kind === 'answered' && end.status === 200 ? end.json : undefined);
  if (!read.success) return { kind: 'unknown' };
  const { serviceWindowExpireAt: until, isPermanentSession = false } = read.data;
  if (isPermanentSession) return { kind: 'permanent' };
  // Told that there is none; what isn't told isn't known.
  if (until === null) return { kind: 'closed' };
  const time = timeOf(until);
  return time === undefined ? { kind: 'unknown' } : { kind: 'until', time };
}
