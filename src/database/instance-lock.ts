import pg from 'pg';
import type { Logger } from 'pino';
import { atMost, pause, type Running } from '../lifecycle.js';
import { backendOf, endBackend, type Backend } from './backend.js';
import { applicationName } from './open-database.js';

/** The advisory lock's number. */
const INSTANCE_LOCK = 0x7061_726c_6579n;
const CONNECT_TIMEOUT_MS = 3_000;
/** After a kill -9 the operating system closes the old session's socket within moments. */
const WAIT_FOR_PREDECESSOR_MS = 3_000;
const TRY_EVERY_MS = 100;
const BACK_OFF_MAX_MS = 1_000;
/** A connection that was dropped silently must not look like a held lock. */
const PING_EVERY_MS = 2_000;

/** Another process writes this database's embedded log. */
export class InstanceLockedError extends Error {
  override readonly name = 'InstanceLockedError';
  constructor() {
    super(
      'Another Parley process uses this database, and the embedded event log has one writer. Stop that process, or set ' +
        'KAFKA_BROKERS (and DATABASE_URL) in all of them to run several.',
    );
  }
}

export interface InstanceLockOptions {
  readonly log?: Logger | undefined;
  /** Called once when the lock was lost and another process holds it now: this one must end. */
  readonly onTaken?: ((error: InstanceLockedError) => void) | undefined;
}

/**
 * Takes the one writer's lock: a session's advisory lock on a connection of its own, so that it goes with the process.
 * A lost connection is made again and the lock re-taken.
 * @throws InstanceLockedError another process holds it
 */
export async function takeInstanceLock(url: string, options: InstanceLockOptions = {}): Promise<Running> {
  const stopping = new AbortController();
  const first = await takeOnce(url);
  const keeping = keep(first, url, options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await keeping;
    },
  };
}

interface HeldLock {
  readonly backend: Backend;
  /** Resolves when the connection is gone, and the lock with it. */
  readonly lost: Promise<void>;
  isAnswering(): Promise<boolean>;
  release(): Promise<void>;
}

/** @param previous our own lost session: over a broken network the server may still believe in it, lock and all */
async function takeOnce(url: string, previous?: Backend): Promise<HeldLock> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
  const release = () =>
    atMost(
      CONNECT_TIMEOUT_MS,
      client.end().catch(() => undefined),
    );
  try {
    await client.connect();
    if (previous) await endBackend(client, previous);
    await lockWithin(client, WAIT_FOR_PREDECESSOR_MS);
    const backend = await backendOf(client);
    return { backend, lost, isAnswering: () => isAnswering(client), release };
  } catch (error) {
    await release();
    throw error;
  }
}

const isAnswering = (client: pg.Client): Promise<boolean> =>
  client.query('select 1').then(
    () => true,
    () => false,
  );

async function lockWithin(client: pg.Client, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const found = await client.query<{ is_held: boolean }>(`select pg_try_advisory_lock(${INSTANCE_LOCK}) as is_held`);
    if (found.rows[0]?.is_held) return;
    if (performance.now() > deadline) throw new InstanceLockedError();
    await pause(TRY_EVERY_MS);
  }
}

async function keep(first: HeldLock, url: string, options: InstanceLockOptions, signal: AbortSignal): Promise<void> {
  let held = first;
  for (;;) {
    await untilLost(held, signal);
    await held.release();
    if (signal.aborted) return;
    options.log?.warn('the connection that holds the instance lock was lost');
    try {
      const again = await takeAgain(url, held.backend, signal);
      if (again === undefined) return;
      held = again;
    } catch (error) {
      if (error instanceof InstanceLockedError) options.onTaken?.(error);
      return;
    }
  }
}

/** Undefined when stopped meanwhile. @throws InstanceLockedError */
async function takeAgain(url: string, previous: Backend, signal: AbortSignal): Promise<HeldLock | undefined> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      return await takeOnce(url, previous);
    } catch (error) {
      if (error instanceof InstanceLockedError) throw error;
    }
    await pause(Math.min(TRY_EVERY_MS * 2 ** failures, BACK_OFF_MAX_MS), signal);
  }
  return undefined;
}

/** Resolves when the connection is gone or answers no more, and when stopped. */
async function untilLost(held: HeldLock, signal: AbortSignal): Promise<void> {
  const lost = held.lost.then(() => 'lost' as const);
  const pinged = () => pause(PING_EVERY_MS, signal).then(() => 'ping' as const);
  for (;;) {
    const first = await Promise.race([lost, pinged()]);
    if (first === 'lost' || signal.aborted || !(await held.isAnswering())) return;
  }
}
