import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { systemClock, type Clock } from '../../events/kernel/clock.js';
import type { Running } from '../../lifecycle.js';
import { createRandom } from './random.js';
import { readSend } from './send-reader.js';
import { createStage, type Stage } from './stage.js';
import { storyOf } from './stories.js';
import { createStoryTeller } from './story-teller.js';
import { createWebhookPoster } from './webhook-poster.js';
import type { ErrorAnswer } from './wire.js';

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
 * by signed webhooks. It keeps nothing: a stop ends all stories where they are.
 */
export async function startSandboxCarrier(deps: SandboxCarrierDeps): Promise<SandboxCarrier> {
  const { seed, clock = systemClock, logger } = deps;
  const poster = createWebhookPoster({ clock, logger });
  const newId = () => `sbx_${randomUUID()}`;
  const teller = createStoryTeller({ poster, random: createRandom(seed), clock, newId });
  const stage = createStage(teller, logger);
  const server = createServer((request, response) => {
    perform(request, response, { stage, newId }).catch((error: unknown) => {
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

const NOBODY_THERE = { status: 422, error: { code: 'recipient_not_on_platform', message: 'Nobody has this number.' } };
const TOO_MANY = { status: 429, error: { code: 'rate_limited', message: 'Too many messages at once.' } };

interface Performance {
  readonly stage: Stage;
  readonly newId: () => string;
}

async function perform(request: IncomingMessage, response: ServerResponse, { stage, newId }: Performance) {
  const read = await readSend(request);
  if ('refusal' in read) {
    refuse(response, read.status, read.refusal);
    return;
  }
  const story = storyOf(read.send.to);
  if (story.answer === 'hangs up') {
    request.socket.destroy();
    return;
  }
  const refusal = story.answer === 'refuses' ? NOBODY_THERE : stage.isFull() ? TOO_MANY : undefined;
  if (refusal !== undefined) {
    refuse(response, refusal.status, refusal.error);
    return;
  }
  const message = { id: newId(), ...read };
  const telling = stage.open(message, story);
  await telling.before();
  answer(response, 202, { id: message.id });
  telling.after();
}

const refuse = (response: ServerResponse, status: number, error: ErrorAnswer['error']) =>
  answer(response, status, { error } satisfies ErrorAnswer);

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
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
