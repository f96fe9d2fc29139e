import { pause } from '../../src/lifecycle.js';
import { answerToSigned, type CarrierCall } from '../support/scripted-carrier.js';
import { eventually } from '../support/eventually.js';
import { withClient } from '../support/with-client.js';
import { incoming, type Rig } from './rig.js';

/** A webhook with a message of a contact, and what was answered to it. Undefined: the connection ended without answer. */
export interface Posted {
  readonly id: string;
  readonly status: number | undefined;
  readonly retryAfter: string | null | undefined;
  readonly ms: number;
  /** Why there was no answer. */
  readonly failure?: string;
}

/** Makes one send, so that the channel is loaded, and answers the carrier's call: what a webhook is signed by. */
export async function firstCall(rig: Rig): Promise<CarrierCall> {
  await rig.send('+15550100000');
  return eventually(() => {
    const [call] = rig.carrier.calls;
    if (call === undefined) throw new Error('The carrier was not called yet.');
    return call;
  });
}

export async function postMessage(rig: Pick<Rig, 'process'>, call: CarrierCall, id: string): Promise<Posted> {
  const began = performance.now();
  const url = `${rig.process('api').url}${new URL(call.callbackUrl).pathname}`;
  const ms = () => performance.now() - began;
  try {
    const { status, headers } = await answerToSigned(url, call.token, incoming(id, '+15550100001', 'Hello?'));
    return { id, status, retryAfter: headers.get('retry-after'), ms: ms() };
  } catch (error) {
    const failure = error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error);
    return { id, status: undefined, retryAfter: undefined, ms: ms(), failure };
  }
}

/** Posts one after another, however long the answers take, until it is stopped; resolves with all answers then. */
export function postUntilStopped(post: (id: string) => Promise<Posted>, everyMs: number) {
  const stopping = new AbortController();
  const posts: Promise<Posted>[] = [];
  const going = (async () => {
    while (!stopping.signal.aborted) {
      posts.push(post(`number ${posts.length}`));
      await pause(everyMs);
    }
  })();
  return {
    count: () => posts.length,
    async stop() {
      stopping.abort();
      await going;
      return Promise.all(posts);
    },
  };
}

/** The providers' ids of the journal's incoming messages, with repeats, sorted. */
export const journaledIds = (rig: Pick<Rig, 'directUrl'>) =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select value->'data'->>'providerMessageId' as id from read.events where type = 'message.received'`,
    );
    return rows.map(({ id }) => id).sort();
  });
