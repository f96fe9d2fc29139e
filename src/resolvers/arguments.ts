import { AppError } from '../errors.js';
import type { CursorCodec, Vector } from '../events/kernel/cursor.js';
import type { IdCodec } from '../events/kernel/ids.js';
import { parseInstant } from '../events/message/schedule.js';
import type { PageRequest } from '../events/queries/finders.js';
import type { PageArgs } from '../schema/graphql/page.args.js';

export const PAGE_SIZE_DEFAULT = 25;
export const PAGE_SIZE_MAX = 100;
export const EVENT_PAGE_SIZE_MAX = 1_000;
export const ID_LIST_LENGTH_MAX = 100;

export const badInput = (message: string) => new AppError('BAD_USER_INPUT', message);

/** @throws AppError BAD_USER_INPUT unless the text is an id of this kind */
export function requireId<Id extends string>(codec: IdCodec<Id>, text: string, argument = 'id'): Id {
  const id = codec.parse(text);
  if (id === undefined) throw badInput(`\`${argument}\` is not an id of the form ${codec.prefix}_….`);
  return id;
}

/** The same, where null and absent mean that nothing was asked for. */
export const optionalId = <Id extends string>(codec: IdCodec<Id>, text: string | null | undefined, argument: string) =>
  text === null || text === undefined ? undefined : requireId(codec, text, argument);

/** @throws AppError BAD_USER_INPUT */
export function requireShortList<Item>(list: readonly Item[], argument: string): readonly Item[] {
  if (list.length > ID_LIST_LENGTH_MAX) throw badInput(`\`${argument}\` takes at most ${ID_LIST_LENGTH_MAX}.`);
  return list;
}

/** @throws AppError BAD_USER_INPUT */
export function requireTime(text: string, argument: string): Date {
  const time = parseInstant(text);
  if (time === undefined) throw badInput(`\`${argument}\` is not a time as RFC 3339 has it: 2026-01-31T09:00:00Z.`);
  return time;
}

export const optionalTime = (text: string | null | undefined, argument: string): Date | undefined =>
  text === null || text === undefined ? undefined : requireTime(text, argument);

/** @throws AppError BAD_USER_INPUT for a text with a NUL, which Postgres can't even compare */
export function requireText(text: string, argument: string): string {
  if (text.includes('\0')) throw badInput(`\`${argument}\` holds a NUL character.`);
  return text;
}

export const optionalText = (text: string | null | undefined, argument: string): string | undefined =>
  text === null || text === undefined ? undefined : requireText(text, argument);

/** @throws AppError CURSOR_INVALID */
export function requireCursor(cursors: CursorCodec, text: string): Vector {
  const vector = cursors.decode(text);
  if (vector === undefined) {
    throw new AppError('CURSOR_INVALID', 'This is not a cursor of this journal. Take one from `cursor` or a payload.');
  }
  return vector;
}

export const optionalCursor = (cursors: CursorCodec, text: string | null | undefined): Vector | undefined =>
  text === null || text === undefined ? undefined : requireCursor(cursors, text);

/**
 * How many, judged. Zero is allowed and answers an empty page.
 * @throws AppError BAD_USER_INPUT
 */
export function requirePageSize(size: number | null | undefined, argument: string, max: number): number {
  if (size === null || size === undefined) return PAGE_SIZE_DEFAULT;
  if (size < 0 || size > max) throw badInput(`\`${argument}\` is at least 0 and at most ${max}.`);
  return size;
}

/**
 * Relay's four arguments as one request. Without `first` and `last` the direction follows the cursor that was given,
 * else the list's own.
 * @throws AppError BAD_USER_INPUT
 */
export function toPageRequest(args: PageArgs, listDirection: PageRequest['direction'] = 'forward'): PageRequest {
  const hasFirst = args.first !== null && args.first !== undefined;
  const hasLast = args.last !== null && args.last !== undefined;
  if (hasFirst && hasLast) throw badInput('Give `first` or `last`, not both.');
  const limit = hasLast
    ? requirePageSize(args.last, 'last', PAGE_SIZE_MAX)
    : requirePageSize(args.first, 'first', PAGE_SIZE_MAX);
  const after = args.after ?? undefined;
  const before = args.before ?? undefined;
  const unsaid = after !== undefined ? 'forward' : before !== undefined ? 'backward' : listDirection;
  return { limit, direction: hasFirst ? 'forward' : hasLast ? 'backward' : unsaid, after, before };
}
