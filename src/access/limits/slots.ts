import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import type { ApiKeyId } from '../../events/kernel/ids.js';
import { atMost, boundedBy, pause, type Running } from '../../lifecycle.js';
import type { Caller } from '../caller.js';
import { limitOf, type Quota, type SlotKind } from './quota.js';
import { databaseIsSilent, rateLimited, type Limit } from './refusals.js';
import { dropSlots, holdSlots, keepSlots, type HeldSlots } from './slot-rows.js';

/** What each key may hold open at a time, over all processes. */
export interface Slots extends Running {
  /**
   * Takes one, and answers what lets it go (once; again changes nothing). Postgres, if it must be asked, is given `withinMs`.
   * @throws AppError RATE_LIMITED; UNAVAILABLE when Postgres doesn't answer in time; when it is away
   */
  take(caller: Caller, kind: SlotKind, withinMs: number): Promise<() => void>;
}

export interface SlotsDeps {
  readonly database: Database;
  readonly defaults: Quota;
  readonly onRefused: (limit: Limit) => void;
  readonly logger: Logger;
}

const HEARTBEAT_MS = 5_000;
/** A Postgres that doesn't answer keeps no process from its end. */
const STOP_WITHIN_MS = 1_000;
/** A fiftieth of what there is at a time: for the rest nobody is asked. */
const BLOCKS = 50;
/** For so long nobody asks whether others let something go. */
const REFUSED_FOR_MS = 1_000;

interface Held {
  readonly keyId: ApiKeyId;
  readonly kind: SlotKind;
  used: number;
  /** What the row says: never less than is used, or it was out of touch. */
  held: number;
  block: number;
  holding: Promise<void> | undefined;
  refusedUntil: number;
}

/**
 * Counts what is open in rows, one for each process and key, so that what a process holds ends with it: by its stop, or 20 s
 * after its last word. Held in blocks, so that most openings ask nobody; never beyond the limit, and up to a block for each
 * process below it.
 */
export function createSlots({ database, defaults, onRefused, logger }: SlotsDeps): Slots {
  const processId = randomUUID();
  const all = new Map<string, Held>();
  const heartbeat = startHeartbeat(all, async (held) => {
    await keepSlots(database, processId, held).catch((error: unknown) =>
      logger.warn({ err: error }, 'What keys hold open was not noted.'),
    );
  });
  const hold = async (held: Held, max: number) => {
    // It would write what it saw before this.
    await heartbeat.settled();
    const { keyId, kind } = held;
    const wanted = Math.min(max, held.used + held.block);
    held.held = await holdSlots(database, { processId, keyId, kind, wanted, max });
    if (held.held <= held.used) held.refusedUntil = performance.now() + REFUSED_FOR_MS;
  };
  return {
    async take(caller, kind, withinMs) {
      const until = performance.now() + withinMs;
      const max = limitOf(kind, caller.quota, defaults);
      const held = heldOf(all, caller.keyId, kind, max);
      while (held.used >= Math.min(held.held, max)) {
        if (held.used >= max || performance.now() < held.refusedUntil) {
          onRefused(kind);
          throw rateLimited(kind, REFUSED_FOR_MS);
        }
        const holding = (held.holding ??= hold(held, max).finally(() => (held.holding = undefined)));
        await boundedBy(until - performance.now(), databaseIsSilent, () => holding);
      }
      held.used += 1;
      let isTaken = true;
      return () => {
        if (isTaken) held.used -= 1;
        isTaken = false;
      };
    },
    async stop() {
      const drop = async () => {
        await heartbeat.stop();
        if (all.size > 0) await dropSlots(database, processId);
      };
      // Otherwise they go 20 s later.
      await atMost(STOP_WITHIN_MS, drop()).catch(() => undefined);
    },
  };
}

/** Says again and again what is held, where anything is. */
function startHeartbeat(all: Map<string, Held>, say: (held: readonly HeldSlots[]) => Promise<void>) {
  const stopping = new AbortController();
  let beating: Promise<void> = Promise.resolve();
  const beat = async () => {
    const held = trim(all);
    if (held.length > 0) await say(held);
    forgetEmpty(all);
  };
  const keep = async () => {
    for (;;) {
      await pause(HEARTBEAT_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      await (beating = beat());
    }
  };
  const kept = keep();
  return {
    /** When what is being said now has been. */
    settled: () => beating,
    async stop() {
      stopping.abort();
      await kept;
    },
  };
}

function heldOf(all: Map<string, Held>, keyId: ApiKeyId, kind: SlotKind, max: number): Held {
  const name = `${kind} ${keyId}`;
  const block = Math.max(1, Math.floor(max / BLOCKS));
  const known = all.get(name);
  if (known !== undefined) return known;
  const made = { keyId, kind, used: 0, held: 0, block, holding: undefined, refusedUntil: 0 };
  all.set(name, made);
  return made;
}

/** Lets go what isn't used, to whole blocks; what is being held anew says so itself. */
function trim(all: ReadonlyMap<string, Held>): readonly HeldSlots[] {
  const settled = [...all.values()].filter(({ holding }) => holding === undefined);
  for (const one of settled) {
    const enough = Math.ceil(one.used / one.block) * one.block;
    one.held = Math.max(one.used, Math.min(one.held, enough));
  }
  return settled.map(({ keyId, kind, held }) => ({ keyId, kind, count: held }));
}

function forgetEmpty(all: Map<string, Held>): void {
  for (const [name, { used, held, holding }] of all)
    if (used === 0 && held === 0 && holding === undefined) all.delete(name);
}
