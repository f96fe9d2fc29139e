import type { CommandResult, UserError as Refusal } from '../events/commands/commands.js';
import type { CursorCodec } from '../events/kernel/cursor.js';
import { UserError } from '../schema/graphql/user-error.type.js';
import { instance } from './instance.js';

export const toUserErrors = (refusals: readonly Refusal[]): UserError[] =>
  refusals.map((refusal) => instance(UserError, { ...refusal, retryAfterMs: refusal.retryAfterMs ?? null }));

/** What every command that records something answers, beside what it was about. */
export const outcomeOf = (result: CommandResult<unknown>, cursors: CursorCodec) =>
  result.ok
    ? { userErrors: [], cursor: cursors.encode(result.cursor) }
    : { userErrors: toUserErrors(result.userErrors), cursor: null };
