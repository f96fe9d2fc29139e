import { z } from 'zod';
import { parseJson } from '../parse-json.js';

const tap = z.object({ callback_query: z.object({ id: z.string().min(1).max(255) }) });

/**
 * A tapped button spins until the tap is acknowledged, and the webhook's own answer may do that: Telegram calls the method
 * that it names. Every other update is answered with nothing.
 */
export function answerToTap(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  const read = tap.safeParse(parseJson(body));
  if (!read.success) return undefined;
  return { method: 'answerCallbackQuery', callback_query_id: read.data.callback_query.id };
}
