import { Agent, request } from 'undici';
import { heardByMany, pause } from '../lifecycle.js';

/** A webhook as a provider posts it, signed already. */
export interface PostedWebhook {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookPoster {
  /** Tries until it is taken or refused, or has been tried often enough; what came of it is the status, 0: no answer. */
  post(webhook: PostedWebhook): Promise<number>;
  /** Ends what is under way. */
  stop(): Promise<void>;
}

/** Pauses before each further try. */
const RETRY_DELAYS_MS = [100, 200, 400, 800, 1_600, 3_200, 5_000] as const;
const ATTEMPT_TIMEOUT_MS = 10_000;

export function createWebhookPoster(): WebhookPoster {
  const agent = new Agent({ connections: 64, maxResponseSize: 65_536 });
  // Every webhook that waits for its next try listens.
  const stopping = heardByMany();
  const postOnce = async ({ url, headers, body }: PostedWebhook): Promise<number> => {
    try {
      const answer = await request(url, {
        ...{ method: 'POST', body, dispatcher: agent },
        headers: { 'content-type': 'application/json', ...headers },
        // A stop ends it by the agent: what `AbortSignal.any` notes at a signal that lives on is never taken away.
        signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
      });
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      return 0;
    }
  };
  return {
    async post(webhook) {
      let status = 0;
      for (const delayMs of [0, ...RETRY_DELAYS_MS]) {
        await pause(delayMs, stopping.signal);
        if (stopping.signal.aborted) return status;
        status = await postOnce(webhook);
        if (status > 0 && status < 500) break;
      }
      return status;
    },
    async stop() {
      stopping.abort();
      await agent.destroy();
    },
  };
}
