import { parseInstant } from '../events/message/schedule.js';
import type { Moment } from '../events/queries/finders.js';
import type { ConversationAsOf } from '../schema/graphql/conversation.input.js';
import { badInput, requireCursor } from './arguments.js';
import type { RequestContext } from './context.js';
import { waitUntilProjected } from './projected.js';

/** By request, then by how it was asked for: what stands at one moment loads together. */
const known = new WeakMap<RequestContext, Map<string, Promise<Moment>>>();

/**
 * The moment that is asked for; undefined: now.
 * @throws AppError BAD_USER_INPUT for what is no time, or one still to come; CURSOR_INVALID, NOT_YET_PROJECTED
 */
export async function toMoment(
  asOf: ConversationAsOf | null | undefined,
  context: RequestContext,
): Promise<Moment | undefined> {
  if (asOf === null || asOf === undefined) return undefined;
  const ofRequest = known.get(context) ?? new Map<string, Promise<Moment>>();
  known.set(context, ofRequest);
  const name = `${asOf.cursor ?? ''} ${asOf.time ?? ''}`;
  const moment = ofRequest.get(name) ?? findMoment(asOf, context);
  ofRequest.set(name, moment);
  return moment;
}

/** GraphQL itself sees to it that there is exactly one of the two. */
function findMoment({ cursor, time }: ConversationAsOf, context: RequestContext): Promise<Moment> {
  return typeof cursor === 'string' ? momentOfCursor(cursor, context) : momentAtTime(time ?? '', context);
}

async function momentOfCursor(text: string, { cursors, feed, finders }: RequestContext): Promise<Moment> {
  const vector = requireCursor(cursors, text);
  await waitUntilProjected(feed, vector);
  return finders.momentOf(vector);
}

async function momentAtTime(text: string, { clock, feed, finders }: RequestContext): Promise<Moment> {
  const time = parseInstant(text);
  if (time === undefined) throw badInput('`time` is not a time as RFC 3339 has it, for example 2026-01-31T09:00:00Z.');
  if (time > clock.now()) throw badInput('`time` is still to come. For how it stands now leave `asOf` out.');
  return finders.momentAt(time, feed.tail().length);
}
