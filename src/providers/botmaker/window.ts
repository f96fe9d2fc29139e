import { z } from 'zod';
import type { HttpCaller } from '../http-call.js';
import type { WindowAnswer, WindowRequest } from '../provider.js';
import { contactIdOf } from './address.js';
import { IN_WINDOW, WINDOW_HOURS } from './capabilities.js';
import { placeOf, type BotmakerSettings } from './settings.js';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const chat = z.object({
  whatsAppWindowCloseDatetime: time.nullish().catch(undefined),
  lastUserMessageDatetime: time.nullish().catch(undefined),
});

const HOUR_MS = 3_600_000;

/** Asks for the state of a chat. A chat that there isn't has no window either: nobody ever wrote. */
export async function askWindow(
  call: HttpCaller,
  { settings, platform, address, signal }: WindowRequest<BotmakerSettings>,
): Promise<WindowAnswer | undefined> {
  if (!IN_WINDOW.has(platform)) return undefined;
  const [channelId, contactId] = [settings.channelId, contactIdOf(platform, address)].map(encodeURIComponent);
  const end = await call({ ...placeOf(settings, `/chats/${channelId}:${contactId}`), method: 'GET', signal });
  if (end.kind !== 'answered') return { kind: 'unknown' };
  if (end.status === 404) return { kind: 'closed' };
  const read = chat.safeParse(end.status === 200 ? end.json : undefined);
  if (!read.success) return { kind: 'unknown' };
  const { whatsAppWindowCloseDatetime: closesAt, lastUserMessageDatetime: writtenAt } = read.data;
  if (closesAt) return { kind: 'until', time: closesAt };
  if (writtenAt) return { kind: 'until', time: new Date(writtenAt.getTime() + WINDOW_HOURS * HOUR_MS) };
  // Told that there is none; what isn't told isn't known.
  return { kind: closesAt === null || writtenAt === null ? 'closed' : 'unknown' };
}
