import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Agent, request } from 'undici';
import type { Clock } from '../../events/kernel/clock.js';
import { signatureOf } from './signature.js';
import { SIGNATURE_HEADER, TIMESTAMP_HEADER, type CarrierEvent } from './wire.js';

/** Pauses before each further try, in milliseconds: 16 s in all, so that a story still ends within its 30 s. */
const RETRY_DELAYS_MS = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000] as const;
/** Waiting for a socket included. 5 s broke stories off on a machine at four times its load: what was taken late came again. */
const ATTEMPT_TIMEOUT_MS = 10_000;
/** Above it posts wait for a socket: a carrier that tells thousands of stories must not open thousands of them. */
const CONNECTIONS_MAX = 64;

/** Whom a carrier tells about a message. */
export interface WebhookTarget {
  readonly callbackUrl: string;
  /** Signs the webhook. */
  readonly token: string;
}

export interface WebhookPoster {
  /** Posts until it is taken, refused, or nobody tries any more. False: it was not taken. Rejects only when `signal` aborts. */
  post(target: WebhookTarget, event: CarrierEvent, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** What stands for the status of an answer that never came: to be tried again, as a 5xx. */
const NO_ANSWER = 599;

export function createWebhookPoster(deps: { readonly clock: Clock; readonly logger: Logger }): WebhookPoster {
  const agent = new Agent({ connections: CONNECTIONS_MAX, maxResponseSize: 65_536 });
  return {
    async post(target, event, signal) {
      const body = Buffer.from(JSON.stringify(event));
      let status = NO_ANSWER;
      for (const pause of [0, ...RETRY_DELAYS_MS]) {
        await sleep(pause, undefined, { signal });
        status = await postOnce(agent, target, { body, now: deps.clock.now() }, signal);
        if (status < 500) break;
      }
      const isTaken = status >= 200 && status < 300;
      if (!isTaken) deps.logger.warn({ status }, 'A sandbox webhook was not taken.');
      return isTaken;
    },
    close: () => agent.destroy(),
  };
}

/** The answer's status, or `NO_ANSWER`. */
async function postOnce(
  agent: Agent,
  { callbackUrl, token }: WebhookTarget,
  { body, now }: { readonly body: Buffer; readonly now: Date },
  signal: AbortSignal,
): Promise<number> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  try {
    const answer = await request(callbackUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [TIMESTAMP_HEADER]: timestamp,
        [SIGNATURE_HEADER]: signatureOf(token, timestamp, body),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
      dispatcher: agent,
    });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return NO_ANSWER;
  }
}
