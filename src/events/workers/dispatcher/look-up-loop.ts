import type { Database } from '../../../database/database.js';
import { atMost, heardByMany, type Running } from '../../../lifecycle.js';
import type { ChannelId } from '../../kernel/ids.js';
import type { Outbox } from '../../outbox/outbox.js';
import { createWakeSignal } from '../../../wake-signal.js';
import { carrierOf, type Carrier, type CarrierDeps } from './carrier.js';
import type { CatchUpGate } from './gate.js';
import { findDueLookUps, takeLookUps, type DueLookUp, type FatedLookUp, type LookUpFate } from './look-up-rows.js';
import { lookUp } from './look-up.js';
import type { Publisher } from './publisher.js';
import { createSlots, type Slots } from './slots.js';
import type { StepEventMaker } from './step-events.js';
import { createClaimStore } from './store.js';

export interface LookUpLoopDeps extends CarrierDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly makeEvent: StepEventMaker;
  readonly newLeaseToken: () => string;
  readonly limits: { readonly callMs: number; readonly pollMs: number };
  readonly gate: CatchUpGate;
  readonly isHalted: () => boolean;
}

/** Questions under way: few, for nobody waits for them, and never so many that they take a provider's rate. */
const PER_CHANNEL = 4;
const OVERALL = 16;
/** Rows looked at in one pass. */
const LOOK_MAX = 100;
/** For the last answers to be stored, after questions were cut off. */
const STOP_GRACE_MS = 2_000;

/** Asks providers about calls that nobody knows the outcome of, where they can be asked; one pass at a time. */
export function createLookUpLoop(deps: LookUpLoopDeps): Running {
  const { logger, limits } = deps;
  // Every question listens: as many as there are slots.
  const stopping = heardByMany();
  const wake = createWakeSignal();
  const store = createClaimStore({ ...deps, givingUp: stopping.signal });
  const asking = { ...deps, store, callMs: limits.callMs, stopping: stopping.signal };
  const desk = createDesk(
    (due, carrier) => lookUp(due, carrier, asking),
    () => wake.fire(),
  );
  let failures = 0;
  const tryPass = async () => {
    try {
      if (!deps.isHalted() && (await deps.gate.check())) await pass(deps, desk);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) logger.warn({ err: error }, 'looking for unknown calls was interrupted');
    }
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      const mark = wake.mark();
      await tryPass();
      await wake.wait(mark, limits.pollMs);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      wake.fire();
      await running;
      await atMost(STOP_GRACE_MS, desk.idle());
    },
  };
}

/** The questions under way. */
interface Desk {
  readonly slots: Slots;
  /** Channels that are being asked as much as they may be. */
  busy(): readonly ChannelId[];
  /** Its slot is taken already; it is released when the question has ended. */
  begin(due: DueLookUp, carrier: Carrier): void;
  idle(): Promise<unknown>;
}

function createDesk(ask: (due: DueLookUp, carrier: Carrier) => Promise<void>, onEnd: () => void): Desk {
  const slots = createSlots({ perChannel: PER_CHANNEL, overall: OVERALL });
  const underWay = new Map<Promise<void>, ChannelId>();
  return {
    slots,
    busy: () => [...new Set(underWay.values())].filter((channelId) => slots.free(channelId) === 0),
    begin(due, carrier) {
      const { channelId } = due.subject;
      const asked = ask(due, carrier).finally(() => {
        slots.release(channelId);
        underWay.delete(asked);
        onEnd();
      });
      underWay.set(asked, channelId);
    },
    idle: () => Promise.all(underWay.keys()),
  };
}

/** Takes what is due and finds a slot; the rest stays due. */
async function pass(deps: LookUpLoopDeps, { slots, busy, begin }: Desk): Promise<void> {
  const carriers = new Map<ChannelId, Carrier | undefined>();
  const fated: FatedLookUp[] = [];
  for (const due of await findDueLookUps(deps.database.orm, busy(), LOOK_MAX)) {
    const { channelId } = due.subject;
    if (!carriers.has(channelId)) carriers.set(channelId, await carrierOf(channelId, deps));
    const fate = fateOf(due, carriers.get(channelId));
    if (fate === 'asked' && slots.free(channelId) === 0) continue;
    if (fate === 'asked') slots.take(channelId);
    fated.push({ due, fate });
  }
  const taken = await takeOrRelease(deps, slots, fated);
  for (const due of taken) {
    const carrier = carriers.get(due.subject.channelId);
    if (carrier !== undefined) begin(due, carrier);
  }
}

/** The slots of those that somebody else has taken are free again. @throws what Postgres throws, with all of them free */
async function takeOrRelease(
  { database }: LookUpLoopDeps,
  slots: Slots,
  fated: readonly FatedLookUp[],
): Promise<readonly DueLookUp[]> {
  let taken: readonly DueLookUp[] = [];
  try {
    taken = await takeLookUps(database, fated);
    return taken;
  } finally {
    for (const { due, fate } of fated)
      if (fate === 'asked' && !taken.includes(due)) slots.release(due.subject.channelId);
  }
}

function fateOf({ isUnknown, address }: DueLookUp, carrier: Carrier | undefined): LookUpFate {
  if (!isUnknown || address === undefined) return 'dropped';
  if (carrier === undefined) return 'postponed';
  return carrier.adapter.lookUp === undefined ? 'dropped' : 'asked';
}
