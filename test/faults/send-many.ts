import { pause } from '../../src/lifecycle.js';
import type { Rig } from './rig.js';

const SENDERS = 32;
/** After a send without an answer: whoever was asked is away. Each of them is sent again in the end, and is more to do. */
const AWAY_MS = 500;

export interface SendMany {
  /** How many are to be acknowledged, at least. */
  readonly sends: number;
  readonly contacts: number;
  readonly text?: string;
  /** Between two sends of each of 32 senders; default 0. */
  readonly pauseMs?: number;
}

/** Texts to one contact after another; resolves when so many were acknowledged. */
export async function sendMany(
  rig: Pick<Rig, 'send'>,
  { sends, contacts, text, pauseMs = 0 }: SendMany,
): Promise<void> {
  let [asked, acknowledged] = [0, 0];
  const send = async () => {
    while (acknowledged < sends) {
      asked += 1;
      const to = `+15550129${String(asked % contacts).padStart(3, '0')}`;
      const { messageId } = await rig.send(to, text === undefined ? {} : { text });
      if (messageId !== undefined) acknowledged += 1;
      await pause(messageId === undefined ? AWAY_MS : pauseMs);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
}
