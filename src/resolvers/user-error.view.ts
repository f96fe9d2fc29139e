import type { UserError as Refusal } from '../events/commands/commands.js';
import { UserError } from '../schema/graphql/user-error.type.js';
import { instance } from './instance.js';

export const toUserErrors = (refusals: readonly Refusal[]): UserError[] =>
  refusals.map((refusal) => instance(UserError, { ...refusal, retryAfterMs: refusal.retryAfterMs ?? null }));
