import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { systemClock, type Clock } from '../../events/kernel/clock.js';
import type { Running } from '../../lifecycle.js';
import { createClerk, type Answer } from './clerk.js';
import { createRandom } from '../../random.js';
import { createStage } from './stage.js';
import { createStoryTeller } from './story-teller.js';
import { createWebhookPoster } from './webhook-poster.js';

export interface SandboxCarrierDeps {
  /** Drives the delays: the same seed and the same order of sends give the same ones. */
  readonly seed: number;
  readonly clock?: Clock;
  readonly logger: Logger;
}

export interface SandboxCarrier extends Running {
  /** `http://127.0.0.1:<port>`, the port picked by the OS. */
  readonly baseUrl: string;
  readonly seed: number;
}

/**
 * A simulated carrier on loopback. It speaks the contract of `wire.ts` over real HTTP and tells each recipient's story
 * by signed webhooks. It keeps nothing but what it remembers of its last calls: a stop ends all stories where they are.
 */
export async function startSandboxCarrier(deps: SandboxCarrierDeps): Promise<SandboxCarrier> {
  const { seed, clock = systemClock, logger } = deps;
  const poster = createWebhookPoster({ clock, logger });
  const newId = () => `sbx_${randomUUID()}`;
  const teller = createStoryTeller({ poster, random: createRandom(seed), clock, newId });
  const stage = createStage(teller, logger);
  const clerk = createClerk({ stage, clock, newId });
  const server = createServer((request, response) => {
    clerk(request)
      .then((answer) => perform(answer, request, response))
      .catch((error: unknown) => {
        logger.debug({ err: error }, 'A call to the sandbox carrier broke off.');
        request.socket.destroy();
      });
  });
  server.requestTimeout = 30_000;
  const baseUrl = await listen(server);
  return {
    baseUrl,
    seed,
    async stop() {
      await stage.stop();
      await Promise.all([close(server), poster.close()]);
    },
  };
}

function perform(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (answer.status === 'hangs up') {
    request.socket.destroy();
  } else {
    const { status, body, retryAfterSeconds } = answer;
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
  answer.afterwards?.();
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
