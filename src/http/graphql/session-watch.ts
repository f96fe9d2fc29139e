import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Caller } from '../../access/caller.js';
import { hasExpired } from '../../access/caller-rows.js';
import type { GraphqlDeps, GraphqlDepsSource } from './request.js';
import { terminateLater } from './websocket-host.js';

/** Whoever may no longer come in is put out within 5 s: this, and the time that the question takes. */
const LOOK_EVERY_MS = 2_000;
/** After a word that something ended: of many at once, most come together. */
const SOON_MS = 50;
/** Of the key that a socket came in with: the same code as for one that never was any. */
const FORBIDDEN = 4_403;
/** Asked at once, so that ten thousand sockets with as many keys are no single batch. */
const ASKED_AT_ONCE = 1_000;

export interface SessionWatch {
  /** From now until the socket closes. */
  watch(socket: WebSocket, caller: Caller): void;
}

/**
 * Looks now and then whether those who hold a socket may still come in, and closes it where not: revoked, rotated away,
 * expired, suspended, by whatever process or program. A word of it brings the look forward, and may get lost. With Postgres
 * away only expiry is known, and it goes on asking. Its clock runs only while somebody is there.
 */
export function createSessionWatch(source: GraphqlDepsSource, logger: Logger): SessionWatch {
  const sessions = new Map<WebSocket, Caller>();
  const clock = createLookClock(async () => {
    const deps = source();
    if (deps === undefined) return;
    try {
      await putOut([...sessions], deps);
    } catch (error) {
      logger.warn({ err: error }, 'It could not be asked whether those who hold a WebSocket still may.');
    }
  });
  let endWakes: () => void = () => undefined;
  const begin = () => {
    endWakes = source()?.onKeysChanged(() => clock.soon()) ?? endWakes;
    clock.start();
  };
  const end = () => {
    endWakes();
    clock.stop();
  };
  return {
    watch(socket, caller) {
      // Whoever left while he was being recognised tells it no more.
      if (socket.readyState !== socket.OPEN) return;
      if (sessions.size === 0) begin();
      sessions.set(socket, caller);
      socket.once('close', () => {
        sessions.delete(socket);
        if (sessions.size === 0) end();
      });
    },
  };
}

/** One look at a time, again and again; `soon` brings the next one forward, of many who call it once for all of them. */
function createLookClock(look: () => Promise<void>) {
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isLooking = false;
  let isWanted = false;
  const schedule = (ms: number) => {
    clearTimeout(timer);
    timer = isRunning ? setTimeout(() => void run(), ms) : undefined;
  };
  /** Meanwhile. */
  const wasWanted = () => isWanted;
  const run = async () => {
    [isLooking, isWanted] = [true, false];
    await look();
    isLooking = false;
    schedule(wasWanted() ? SOON_MS : LOOK_EVERY_MS);
  };
  return {
    start() {
      isRunning = true;
      if (!isLooking) schedule(LOOK_EVERY_MS);
    },
    stop() {
      isRunning = false;
      clearTimeout(timer);
    },
    soon() {
      isWanted = true;
      if (!isLooking) schedule(SOON_MS);
    },
  };
}

type Session = readonly [WebSocket, Caller];

async function putOut(sessions: readonly Session[], { clock, areStillValid }: GraphqlDeps): Promise<void> {
  const now = clock.now().getTime();
  const close = ([socket]: Session) => {
    terminateLater(socket);
    socket.close(FORBIDDEN, 'Forbidden');
  };
  sessions.filter(([, caller]) => hasExpired(caller, now)).forEach(close);
  const others = sessions.filter(([, caller]) => !hasExpired(caller, now));
  for (let from = 0; from < others.length; from += ASKED_AT_ONCE) {
    const asked = others.slice(from, from + ASKED_AT_ONCE);
    const answers = await areStillValid(asked.map(([, caller]) => caller));
    asked.filter((_, index) => answers[index] === false).forEach(close);
  }
}
