import { sql } from 'drizzle-orm';
import type { Executor } from '../../../database/database.js';
import type { EventLog } from '../../log/event-log.js';
import type { PositionStore } from '../../log/positions.js';

/**
 * Shut until the intake's stored positions have reached the heads seen when it was shut (rule 16): until then Postgres
 * may be an older copy, in which what was sent long ago still waits, and what was promised isn't known.
 */
export interface CatchUpGate {
  readonly isOpen: boolean;
  /** At the start, at a reconnect, or when a position was found gone back. */
  close(): void;
  /**
   * Opens it if the positions are there; shuts it if Postgres is another copy than the one it was opened for. Looks at
   * that at most once in a second. @throws LogUnavailableError, or what Postgres throws when it is away
   */
  check(): Promise<boolean>;
  /**
   * The same, and looks at once. Whoever found work, or found nothing, asks it **afterwards**: a copy that was put back
   * in between is noticed before anything follows from what it said.
   */
  holds(): Promise<boolean>;
  /** Counts the copies of Postgres that were met. Whoever looks for work reads it before asking whether the gate is open. */
  readonly copy: number;
  /**
   * Whether Postgres is still that copy; shuts the gate if not. Somebody else's look may have been the one that noticed.
   * Says nothing of whether the gate is open: a connection that was lost and made anew shuts it, and is no reason to let
   * go of what was claimed.
   */
  isSameCopy(copy: number): Promise<boolean>;
}

/** How old a look may be before an open gate is looked at again: positions that went back since are what tells. */
const LOOK_EVERY_MS = 1_000;

interface GateDeps {
  readonly executor: Executor;
  readonly log: Pick<EventLog, 'heads' | 'partitionCount'>;
  /** Of the intake. */
  readonly positions: PositionStore;
  /** Answers another name once it is another Postgres; default: what the server says of itself. */
  readonly nameCopy?: ((executor: Executor) => Promise<string>) | undefined;
}

export function createCatchUpGate(deps: GateDeps): CatchUpGate {
  let isOpen = false;
  let closings = 0;
  let copy = 1;
  let target: { readonly closing: number; readonly heads: readonly bigint[] } | undefined;
  const close = () => {
    isOpen = false;
    closings += 1;
  };
  const lookout = createLookout(deps, () => {
    copy += 1;
    close();
  });
  const open = async (): Promise<boolean> => {
    const closing = closings;
    if (target?.closing !== closing) target = { closing, heads: await deps.log.heads('events') };
    const { heads } = target;
    const positions = await lookout.look();
    // Closed again while we asked: the heads of that moment count.
    if (closing === closings) isOpen = heads.every((head, partition) => (positions[partition] ?? 0n) >= head);
    return isOpen;
  };
  const holds = async () => {
    if (!isOpen) return open();
    await lookout.look();
    return isOpen;
  };
  return {
    get isOpen() {
      return isOpen;
    },
    close,
    holds,
    get copy() {
      return copy;
    },
    async isSameCopy(known) {
      await lookout.look();
      return copy === known;
    },
    check: async () => (isOpen && performance.now() - lookout.lookedAt() < LOOK_EVERY_MS ? true : holds()),
  };
}

interface Seen {
  /** Another server, or another database of that name: its start, and what it is numbered. */
  readonly copy: string;
  readonly positions: readonly bigint[];
}

/** Reads the stored positions, and tells when Postgres is another copy than it was at the last look. */
function createLookout({ executor, log, positions, nameCopy = nameServer }: GateDeps, onOther: () => void) {
  let seen: Seen | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<unknown> = Promise.resolve();
  const lookOnce = async (): Promise<readonly bigint[]> => {
    const askedAt = performance.now();
    const now = { copy: await nameCopy(executor), positions: await positions.load(executor, log.partitionCount) };
    if (seen !== undefined && isOther(seen, now)) onOther();
    seen = now;
    lookedAt = askedAt;
    return now.positions;
  };
  return {
    /** One after another: of two at a time the later one could bring the older positions. */
    look(): Promise<readonly bigint[]> {
      const looked = looking.then(lookOnce);
      looking = looked.catch(() => undefined);
      return looked;
    },
    lookedAt: () => lookedAt,
  };
}

/** Positions alone don't tell while the intake stands still; the server's start does, and tells no more than that. */
async function nameServer(executor: Executor): Promise<string> {
  const found = await executor.execute<{ copy: string }>(sql`
    select pg_postmaster_start_time()::text || ' ' || oid::text as copy from pg_database where datname = current_database()`);
  return found.rows[0]?.copy ?? '';
}

const isOther = (before: Seen, now: Seen): boolean =>
  before.copy !== now.copy ||
  before.positions.some((position, partition) => (now.positions[partition] ?? 0n) < position);
