import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ChannelPlatform } from '../events/channel/events.js';
import type { ChannelId } from '../events/kernel/ids.js';
import type { Outbox } from '../events/outbox/outbox.js';
import { atMost, pause, type Running } from '../lifecycle.js';
import { createRecent } from '../recent.js';
import type { ChannelDirectory } from './channel.js';
import type { CredentialAnswer } from './credentials.js';
import type { AccountRequest, ProviderAdapter } from './provider.js';
import { endTurn, takeTurn, tokenHashOf, type TurnTaken } from './spent-tokens.js';
import {
  readSettings,
  storeCredentials,
  UnfitCredentialsError,
  withCredentials,
  type StoredCredentialsDeps,
} from './stored-credentials.js';

export interface CredentialRefresherDeps extends StoredCredentialsDeps {
  readonly directory: ChannelDirectory;
  readonly outbox: Pick<Outbox, 'publish'>;
  readonly logger: Logger;
}

/** Whose credentials, and those that were refused, or that end soon. */
export interface Expiring {
  readonly adapter: ProviderAdapter;
  readonly channelId: ChannelId;
  readonly platform: ChannelPlatform;
  readonly settings: unknown;
}

export type Renewal =
  /** Other settings than those that were used: exchanged now, or by somebody else meanwhile. */
  | { readonly kind: 'renewed'; readonly settings: unknown }
  /** Not now, and maybe in a while: the provider takes no more of them at the moment, or isn't there. */
  | { readonly kind: 'later' }
  /** There is nothing left to show: somebody must enter new ones. */
  | { readonly kind: 'ended' };

/** Exchanges credentials: one process at a time for each token, each token once, and stored before they are used. */
export interface CredentialRefresher extends Running {
  /** Never rejects. Goes on behind the back of who doesn't wait: an exchange that was begun is a token that was spent. */
  renew(expiring: Expiring): Promise<Renewal>;
}

/** An exchange that is cut off is a token lost: it has all the time that a call may have. */
const EXCHANGE_MS = 30_000;
/** Beyond it nobody waits for the answer any more, and whoever asked is taken for dead. */
const LEASE_MS = EXCHANGE_MS + 15_000;
const LOOK_AGAIN_MS = 100;
/** A provider that was away, or took too many, is asked again after so long. Botmaker bears 3 in a minute. */
const REST_MS = 20_000;
/** What is refused so soon after an exchange isn't refused for its age. */
const YOUNG_MS = 3_600_000;
/** What nobody has learned now, few will learn a minute later. */
const RECALL_EVERY_MS = 600_000;
const STORE_DELAYS_MS = [100, 200, 400, 800, 1_600, 3_200, 5_000] as const;
/** As long as the dispatcher waits for its calls: the process must be gone within 10 s of SIGTERM (F38). */
const STOP_MS_MAX = 7_000;
const REMEMBERED_MAX = 1_000;

const LATER: Renewal = { kind: 'later' };
const ENDED: Renewal = { kind: 'ended' };

export function createCredentialRefresher(deps: CredentialRefresherDeps): CredentialRefresher {
  const [stopping, givingUp] = [new AbortController(), new AbortController()];
  const underWay = new Map<ChannelId, Promise<Renewal>>();
  const recalledAt = createRecent<number>(REMEMBERED_MAX);
  const work: Work = { ...deps, stopping: stopping.signal, givingUp: givingUp.signal, recalledAt };
  return {
    renew(expiring) {
      const { channelId } = expiring;
      // All that were refused at the same moment in this process wait for the same one.
      const known = underWay.get(channelId);
      if (known !== undefined) return known;
      if (stopping.signal.aborted) return Promise.resolve(LATER);
      const renewing = renewOrLater(work, expiring).finally(() => underWay.delete(channelId));
      underWay.set(channelId, renewing);
      return renewing;
    },
    async stop() {
      stopping.abort();
      await atMost(STOP_MS_MAX, Promise.all(underWay.values()));
      givingUp.abort();
    },
  };
}

interface Work extends CredentialRefresherDeps {
  /** From now on nothing is begun. */
  readonly stopping: AbortSignal;
  /** From now on nothing is tried again. */
  readonly givingUp: AbortSignal;
  /** By channel, on this process's own clock. */
  readonly recalledAt: { get(key: string): number | undefined; set(key: string, value: number): void };
}

async function renewOrLater(work: Work, expiring: Expiring): Promise<Renewal> {
  try {
    return await renew(work, expiring);
  } catch (error) {
    work.logger.warn({ err: error, channelId: expiring.channelId }, 'credentials could not be exchanged now');
    return LATER;
  }
}

/** @throws when Postgres is away */
async function renew(work: Work, expiring: Expiring): Promise<Renewal> {
  const { adapter, channelId, settings } = expiring;
  const token = adapter.refresh?.spends(settings);
  const leaseToken = randomUUID();
  for (;;) {
    const stored = await readSettings(work, channelId);
    if (stored === undefined) return ENDED;
    // Somebody was faster, or gave it other ones: whoever compares before he takes the turn shows no token in vain.
    if (!isSame(stored, settings)) return { kind: 'renewed', settings: stored };
    if (token === undefined) return ENDED;
    if (work.stopping.aborted) return LATER;
    const lease = { tokenHash: tokenHashOf(token), channelId, leaseToken };
    const wanted = { ...lease, leaseMs: LEASE_MS, restMs: YOUNG_MS };
    // Again until it is heard of: a turn that was taken and forgotten would be a token lost.
    const turn = await persist(work, () => takeTurn(work.database.orm, wanted));
    if (turn === 'ours') return exchange(work, expiring, { ...lease, token });
    if (turn !== 'asking') return ended(work, expiring, token, turn);
    await pause(LOOK_AGAIN_MS, work.stopping);
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

interface OwnTurn {
  readonly tokenHash: Buffer;
  readonly leaseToken: string;
  readonly token: string;
}

async function exchange(work: Work, expiring: Expiring, turn: OwnTurn): Promise<Renewal> {
  // Less time than an exchange may take: it is somebody else's, at once.
  if (work.stopping.aborted) return rest(work, turn, 0);
  const answer = await ask(expiring, (request) => expiring.adapter.refresh?.exchange(request));
  switch (answer.kind) {
    case 'renewed':
      return store(work, expiring, turn.token, answer.changes);
    case 'throttled':
    case 'unavailable':
      work.logger.warn({ channelId: expiring.channelId, answer: answer.kind }, 'the provider took no credentials now');
      return rest(work, turn, Math.max(REST_MS, answer.kind === 'throttled' ? (answer.retryAfterMs ?? 0) : 0));
    default:
      await persist(work, () => endTurn(work.database.orm, turn, { state: 'lost' }));
      return ended(work, expiring, turn.token, 'lost');
  }
}

/** It surely wasn't processed, and may be shown again after so long. */
async function rest(work: Work, turn: OwnTurn, forMs: number): Promise<Renewal> {
  await persist(work, () => endTurn(work.database.orm, turn, { state: 'resting', forMs }));
  return LATER;
}

/** Nobody shows this token any more. What the provider has for us by now may still be learned. */
async function ended(work: Work, expiring: Expiring, token: string, turn: TurnTaken): Promise<Renewal> {
  const { channelId, settings } = expiring;
  if (turn === 'resting') return LATER;
  const stored = await readSettings(work, channelId);
  if (stored !== undefined && !isSame(stored, settings)) return { kind: 'renewed', settings: stored };
  // Of another workspace's channel with the same credentials it is settled, and what came of it is that one's alone.
  if (turn === 'young') return ENDED;
  return recall(work, expiring, token);
}

async function recall(work: Work, expiring: Expiring, token: string): Promise<Renewal> {
  const { adapter, channelId } = expiring;
  const now = performance.now();
  if (now - (work.recalledAt.get(channelId) ?? -Infinity) < RECALL_EVERY_MS) return ENDED;
  work.recalledAt.set(channelId, now);
  const answer = await ask(expiring, (request) => adapter.refresh?.recall?.(request));
  if (answer.kind === 'renewed' && isAnother(answer.changes, expiring, token))
    return store(work, expiring, token, answer.changes);
  work.logger.error(
    { channelId },
    'the token for new credentials is spent, and none are known here: enter others for this channel',
  );
  return ENDED;
}

/** Credentials with the token that is spent are those that we have. */
function isAnother(
  changes: Readonly<Record<string, unknown>>,
  { adapter, settings }: Expiring,
  token: string,
): boolean {
  const changed = withCredentials(adapter, changes, settings);
  return changed.ok && adapter.refresh?.spends(changed.value) !== token;
}

/** With a deadline of its own, whoever waits. An adapter that throws breaks its promise, and has told nothing. */
async function ask(
  { channelId, platform, settings }: Expiring,
  call: (request: AccountRequest<unknown>) => Promise<CredentialAnswer> | undefined,
): Promise<CredentialAnswer> {
  try {
    const signal = AbortSignal.timeout(EXCHANGE_MS);
    return (await call({ channelId, platform, settings, signal })) ?? { kind: 'unknown' };
  } catch {
    return { kind: 'unknown' };
  }
}

/** The answer is known to this process only: it is kept as long as the process lives. */
async function store(
  work: Work,
  expiring: Expiring,
  token: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<Renewal> {
  const { adapter, channelId } = expiring;
  const stored = await persist(work, () => storeCredentials(work, { adapter, channelId, token, changes }));
  await Promise.all(stored.channelIds.map((id) => work.directory.refresh(id).catch(() => undefined)));
  // The rows stay in the outbox, and its sweeper goes on.
  void work.outbox.publish(stored.events).catch(() => undefined);
  work.logger.info({ channelId, channels: stored.channelIds.length }, 'credentials were exchanged');
  const settings = await readSettings(work, channelId);
  return settings === undefined ? ENDED : { kind: 'renewed', settings };
}

/** @throws what the last try threw, once nothing is tried again; and at once what no try would mend */
async function persist<Result>({ givingUp, logger }: Work, write: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (givingUp.aborted || error instanceof UnfitCredentialsError) throw error;
      if (tries === 0)
        logger.warn({ err: error }, 'what concerns credentials could not be stored: will be tried again');
      await pause(STORE_DELAYS_MS[Math.min(tries, STORE_DELAYS_MS.length - 1)] ?? 0, givingUp);
    }
  }
}
