import type { Caller } from '../../access/caller.js';
import type { Budgets } from '../../access/limits/budgets.js';
import { databaseIsSilent } from '../../access/limits/refusals.js';
import type { Slots } from '../../access/limits/slots.js';
import { unauthenticated } from '../../access/refusals.js';
import { UnavailableError } from '../../errors.js';
import { boundedBy } from '../../lifecycle.js';
import type { AddressLimits } from '../address-limits.js';
import { createContext, type RequestContext, type ResolverDeps } from '../../resolvers/context.js';
import { requireCursor } from '../../resolvers/arguments.js';
import { waitUntilProjected } from '../../resolvers/projected.js';

/** What a GraphQL request needs of the rest of the system. */
export interface GraphqlDeps extends ResolverDeps {
  /** Who holds this key; undefined: nobody. @throws when Postgres is away */
  readonly authenticate: (secret: string, beforeAsking?: () => void) => Promise<Caller | undefined>;
  /** Whether what each came in with is still good. @throws when Postgres is away */
  readonly areStillValid: (callers: readonly Caller[]) => Promise<readonly boolean[]>;
  readonly budgets: Budgets;
  readonly slots: Slots;
  /** Calls back when some of them may have ended; returns what ends that. */
  readonly onKeysChanged: (listener: () => void) => () => void;
}

/** Undefined while the process still waits for what it needs: requests are then answered UNAVAILABLE. */
export type GraphqlDepsSource = () => GraphqlDeps | undefined;

/** Where a client may say who it is: headers over HTTP, the same names in `connectionParams` over WebSocket. */
export interface Credentials {
  readonly authorization?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** Who calls is told within 5 s also where Postgres swallows the question (rule 4); the rest is for the answer. */
const AUTHENTICATE_WITHIN_MS = 4_500;

/** @throws UnavailableError */
export function requireDeps(source: GraphqlDepsSource): GraphqlDeps {
  const deps = source();
  if (deps === undefined) throw new UnavailableError('The server is starting. Try again in a moment.');
  return deps;
}

/** From where somebody comes. */
export interface Visitor {
  /** Asked only of whoever isn't known already. */
  readonly address: () => string;
  readonly addresses: AddressLimits;
}

/** If both are given, `authorization` counts. @throws AppError UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE */
export async function authenticate(
  deps: GraphqlDeps,
  credentials: Credentials,
  { address, addresses }: Visitor,
): Promise<Caller> {
  const secret = secretOf(credentials);
  let from: string | undefined;
  // Once, before Postgres is asked: who has hung up meanwhile came from where he came from.
  const whence = () => (from ??= address());
  const find = async () =>
    secret === undefined ? undefined : deps.authenticate(secret, () => addresses.requireTrust(whence()));
  const caller = await boundedBy(AUTHENTICATE_WITHIN_MS, databaseIsSilent, find);
  if (caller !== undefined) return caller;
  // Who shows nothing costs nothing.
  if (secret !== undefined) addresses.noteFailure(whence());
  throw unauthenticated();
}

function secretOf({ authorization, apiKey }: Credentials): string | undefined {
  if (authorization === undefined) return apiKey;
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}

export interface OpenedRequest {
  readonly caller: Caller;
  /** A cursor. */
  readonly readAfter: string | undefined;
  /** By `performance.now()`, before anything was waited for. */
  readonly startedAt: number;
}

/**
 * Read your writes: waits until what the cursor has seen can be queried, then opens the request's context.
 * @throws AppError CURSOR_INVALID or NOT_YET_PROJECTED
 */
export async function openRequest(
  deps: GraphqlDeps,
  { caller, readAfter, startedAt }: OpenedRequest,
): Promise<RequestContext> {
  if (readAfter !== undefined) await waitUntilProjected(deps.feed, requireCursor(deps.cursors, readAfter));
  return createContext(deps, caller, startedAt);
}
