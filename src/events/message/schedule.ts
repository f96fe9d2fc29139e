import { z } from 'zod';
import type { UserError } from '../commands/commands.js';
import type { MessageContent } from './content.js';

/** A year and the day that some have more. */
export const SCHEDULE_DAYS_MAX = 366;
/** What is due within it is sent at once: a row that waits is worth it for nobody, and no dispatcher looks sooner. */
export const SCHEDULE_MS_MIN = 1_000;
const DAY_MS = 86_400_000;

const instant = z.iso.datetime({ offset: true });

/** Undefined for what isn't RFC 3339, days that no month has among it. Finer than a millisecond is cut off. */
export function parseInstant(text: string): Date | undefined {
  return instant.safeParse(text).success ? new Date(text) : undefined;
}

const invalid = (message: string): UserError => ({ code: 'SCHEDULE_INVALID', message, field: ['scheduledAt'] });

/** What can be told from the input alone. */
export function refuseScheduleForm(
  text: string | undefined,
  content: MessageContent | undefined,
): readonly UserError[] {
  if (text === undefined) return [];
  if (parseInstant(text) === undefined)
    return [invalid('Not a time. Write it as RFC 3339 has it, for example 2030-01-31T09:00:00Z.')];
  if (content?.kind === 'reaction') return [invalid('A reaction is sent at once: leave scheduledAt out.')];
  return [];
}

/** In the future, and at most 366 days off. */
export function refuseSchedule(scheduledAt: Date | undefined, now: Date): readonly UserError[] {
  if (scheduledAt === undefined) return [];
  const inMs = scheduledAt.getTime() - now.getTime();
  if (inMs <= 0) return [invalid('It has passed. Leave scheduledAt out to send at once.')];
  if (inMs > SCHEDULE_DAYS_MAX * DAY_MS) return [invalid(`At most ${SCHEDULE_DAYS_MAX} days ahead.`)];
  return [];
}

/** RFC 3339, UTC; undefined: it is sent at once. */
export function dueLater(scheduledAt: Date | undefined, now: Date): string | undefined {
  if (scheduledAt === undefined || scheduledAt.getTime() - now.getTime() <= SCHEDULE_MS_MIN) return undefined;
  return scheduledAt.toISOString();
}
