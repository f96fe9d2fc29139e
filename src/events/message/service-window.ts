import type { Capabilities, WindowAnswer, WindowException } from '../../providers/provider.js';
import type { UserError } from '../commands/commands.js';
import type { MessageContent } from './content.js';
import type { MessageCategory } from './events.js';

/** What counts of a message when its time is judged. */
export interface Windowed {
  readonly content: MessageContent;
  /** Absent: it isn't known, and then no person's. */
  readonly author?: 'AGENT' | 'BOT' | 'SYSTEM' | undefined;
  readonly category?: MessageCategory | undefined;
}

export interface WindowFacts {
  /** RFC 3339; null: the contact never wrote, as far as is known. */
  readonly lastIncomingAt: string | null;
  /** What the provider says, where it was asked. */
  readonly told?: WindowAnswer | undefined;
}

/** Whether something may be sent now; and if so, by which exception that the platform wants to be told. */
export type Passage =
  | { readonly isOpen: true; readonly tag?: string }
  /** Since when, as RFC 3339; null: it never was open, as far as is known. */
  | { readonly isOpen: false; readonly closedAt: string | null };

const HOUR_MS = 3_600_000;
const OPEN: Passage = { isOpen: true };

/**
 * Judges a message by its channel's service window. Templates are what a platform lets pass at any time: whoever approved
 * them has judged them. Where nobody ever wrote here and the provider doesn't answer, it passes: only the provider knows.
 */
export function passageOf(
  said: Windowed,
  { serviceWindowHours: hours, windowExceptions = [] }: Capabilities,
  { lastIncomingAt, told }: WindowFacts,
  now: Date,
): Passage {
  if (hours === 'permanent' || said.content.kind === 'template') return OPEN;
  const writtenAt = lastIncomingAt === null ? undefined : Date.parse(lastIncomingAt);
  const isWithin = (span: number) => writtenAt !== undefined && now.getTime() < writtenAt + span * HOUR_MS;
  if (isWithin(hours)) return OPEN;
  if (told?.kind === 'permanent' || (told?.kind === 'until' && now < told.time)) return OPEN;
  const exception = windowExceptions.find(
    (one) => covers(one, said) && (one.hours === undefined || isWithin(one.hours)),
  );
  if (exception !== undefined) return { isOpen: true, tag: exception.tag };
  if (told?.kind === 'unknown' && writtenAt === undefined) return OPEN;
  const ends = [
    ...(writtenAt === undefined ? [] : [writtenAt + hours * HOUR_MS]),
    ...(told?.kind === 'until' ? [told.time.getTime()] : []),
  ];
  return { isOpen: false, closedAt: ends.length === 0 ? null : new Date(Math.max(...ends)).toISOString() };
}

/** A reaction says nothing that a platform would hear a reason for. */
const covers = ({ isForPeopleOnly, category }: WindowException, said: Windowed): boolean =>
  said.content.kind !== 'reaction' &&
  (!isForPeopleOnly || said.author === 'AGENT') &&
  (category === undefined || said.category === category);

/** It goes as it is. */
export const isFree = (passage: Passage): boolean => passage.isOpen && passage.tag === undefined;

export function refuseWindow(passage: Passage): readonly UserError[] {
  if (passage.isOpen) return [];
  const { closedAt } = passage;
  const why =
    closedAt === null
      ? 'The contact has not written, as far as is known.'
      : `The service window closed at ${closedAt}.`;
  return [{ code: 'SERVICE_WINDOW_CLOSED', message: `${why} Send a template.`, field: null }];
}
