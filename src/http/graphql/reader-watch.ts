import type { WebSocket } from 'ws';

/** Whether the other side of a socket takes what it is given. */
export interface ReaderWatch {
  /** Something was given to the socket. */
  given(): void;
  /** A message was taken, whole: by the system or the other side, which is the same once the system's buffers are full. */
  taken(): void;
  end(): void;
}

/**
 * Counts only while something waits. Messages count as a whole, for more of it Node doesn't tell: one of 4 MiB has to be
 * through within the time, which 70 kB/s are enough for.
 * @param onGivenUp nothing was taken for `afterMs` while something waited; once
 */
export function watchReader(
  socket: Pick<WebSocket, 'bufferedAmount'>,
  afterMs: number,
  onGivenUp: () => void,
): ReaderWatch {
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    given() {
      if (socket.bufferedAmount > 0) timer ??= setTimeout(onGivenUp, afterMs);
    },
    taken() {
      if (socket.bufferedAmount > 0) timer?.refresh();
      else end();
    },
    end,
  };
}
