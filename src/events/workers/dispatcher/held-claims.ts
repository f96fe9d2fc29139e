import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import { atMost } from '../../../lifecycle.js';
import type { Outbox } from '../../outbox/outbox.js';
import type { CallRunner } from './call-runner.js';
import type { Carrier } from './carrier.js';
import type { ClaimedDispatch } from './claim.js';
import type { CatchUpGate } from './gate.js';
import { giveBack } from './give-back.js';
import { retryPassing } from './retry.js';

export interface HeldClaimsDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly gate: Pick<CatchUpGate, 'isSameCopy'>;
  readonly runner: Pick<CallRunner, 'run'>;
  readonly limits: { readonly leaseMs: number };
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  /** Of Postgres, that they are claimed from, by the gate's count. */
  readonly copy: number;
}

/** Claims of several channels, one after another, that begin together: in one transaction, and one request to the log. */
export interface HeldClaims {
  readonly count: number;
  hold(claims: readonly ClaimedDispatch[], carrier: Carrier): void;
  /** There are enough of them, or the first has waited enough for those of other channels. */
  isDue(): boolean;
  /**
   * Begins their calls; false: Postgres is another copy than the one they were to be claimed from, and they are given
   * back. @throws when Postgres is away for a third of the lease
   */
  handOver(): Promise<boolean>;
  /**
   * Resolves when what was handed over has begun, or a little later where something is slow. Whoever looks for work again
   * no sooner finds the slots that came free meanwhile all at once: half as many looks, claims of more channels together.
   */
  begun(): Promise<void>;
}

/** As many as begin in one transaction. */
const COUNT_MAX = 128;
/** Four channels are claimed from in less, on a busy machine too; a call takes longer. */
const HOLD_MS = 20;
/** Above what a commit and an append take: what waits for longer waits for a read model, or for a log that is away. */
const BEGUN_WITHIN_MS = 20;

export function createHeldClaims(deps: HeldClaimsDeps): HeldClaims {
  let held: { readonly claim: ClaimedDispatch; readonly carrier: Carrier }[] = [];
  let heldSince = 0;
  const beginning: Promise<void>[] = [];
  return {
    get count() {
      return held.length;
    },
    hold(claims, carrier) {
      if (held.length === 0) heldSince = performance.now();
      held.push(...claims.map((claim) => ({ claim, carrier })));
    },
    isDue: () => held.length >= COUNT_MAX || (held.length > 0 && performance.now() - heldSince >= HOLD_MS),
    async handOver() {
      const handed = held;
      held = [];
      if (handed.length === 0) return true;
      if (await isStillThatCopy(deps)) {
        for (const { claim, carrier } of handed) beginning.push(deps.runner.run(claim, carrier));
        return true;
      }
      const items = handed.map(({ claim }) => ({ claim, from: 'claimed' as const, delayMs: 0 }));
      await giveBack(deps.database, deps.outbox, items);
      return false;
    },
    begun: () => (beginning.length > 0 ? atMost(BEGUN_WITHIN_MS, Promise.all(beginning)) : Promise.resolve()),
  };
}

/**
 * Asked after the claims: what an older copy of Postgres gave out may have been sent long ago. Those claims are
 * given back, and the gate is shut until the intake has read what the copy lacks. With Postgres away it is asked for a
 * third of the lease: claims that nobody gives back hold their lanes until the lease ends.
 * @throws when Postgres is away for longer
 */
const isStillThatCopy = ({ gate, copy, limits, logger, stopping }: HeldClaimsDeps): Promise<boolean> =>
  retryPassing(() => gate.isSameCopy(copy), {
    ...{ forMs: limits.leaseMs / 3, signal: stopping },
    ...{ logger, what: 'looking whether Postgres was restored' },
  });
