import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Running } from '../lifecycle.js';
import { readCall, type ReceivedCall } from './read-call.js';
import { createRandom, type Random } from '../random.js';
import { createWebhookPoster, type PostedWebhook, type WebhookPoster } from './webhook-poster.js';

/** How a simulated provider misbehaves, each by its probability, 0 to 1; what is absent doesn't happen. */
export interface Faults {
  /** Not taken: too many at the moment. */
  readonly throttles?: number;
  /** Not a chance but seconds: what it says then in `Retry-After`, beside what such a provider says. */
  readonly retryAfterS?: number;
  /** Not taken, or taken: nobody can tell from a 500. */
  readonly fails?: number;
  /** Taken, and the line drops instead of an answer. */
  readonly acceptsAndDrops?: number;
  /** Not answered at all, and not taken. */
  readonly hangs?: number;
  /** A call that sends nothing is answered by a failure. */
  readonly failsOthers?: number;
  /** A webhook is posted twice. */
  readonly repeats?: number;
  /** A webhook changes places with the next one. */
  readonly reorders?: number;
}

export interface SimulatorOptions {
  /** 0: the OS picks it. */
  readonly port?: number;
  /** The same seed and the same order of calls misbehave alike. */
  readonly seed?: number;
  readonly faults?: Faults;
}

/** What a call is answered; `webhooks` are posted after it. */
export interface SimulatedAnswer {
  readonly status: number;
  /** As JSON; bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly webhooks?: readonly PostedWebhook[];
}

/** One provider's contract from the other side. Pure but for what it remembers of itself. */
export interface SimulatedProvider {
  /** Judges a call as the provider's door would, its credentials included. It may ask the webhook's address before. */
  answer(call: ReceivedCall): SimulatedAnswer | Promise<SimulatedAnswer>;
  /** What the provider says where it takes too many calls, and where it fails. */
  readonly throttled: () => SimulatedAnswer;
  readonly failed: () => SimulatedAnswer;
  /** Whether this call sends something: only such calls meet the faults of sends. */
  isSend(call: ReceivedCall): boolean;
}

export interface Simulator extends Running {
  /** What a channel of it has as its `apiBaseUrl`. */
  readonly baseUrl: string;
  /** What came in, in order, with what it was answered; the latest 10,000. */
  readonly calls: readonly (ReceivedCall & { readonly status: number | 'dropped' | 'hanging' })[];
  /** How it misbehaves from now on. */
  misbehave(faults: Faults): void;
  /** Posts webhooks as the provider does, one after another; resolves when each was taken or given up. */
  post(webhooks: readonly PostedWebhook[]): Promise<void>;
  /** From now on what calls lead to is kept back; of the latest 1,000 calls. */
  hold(): void;
  /** Posts what was kept back, as `post` does. @param isMeant of which calls; default: of all, and nothing is kept back any more */
  release(isMeant?: (call: ReceivedCall) => boolean): Promise<void>;
}

const CALLS_KEPT_MAX = 10_000;
const CALLS_HELD_MAX = 1_000;

const SEND_FAULTS = ['throttles', 'fails', 'acceptsAndDrops', 'hangs'] as const;
const OTHER_FAULTS = ['failsOthers'] as const;

/** A small HTTP server that speaks a provider's contract on loopback. It remembers its calls, and nothing after its end. */
export async function startSimulator(provider: SimulatedProvider, options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, seed = 0 } = options;
  const random = createRandom(seed);
  const calls: (ReceivedCall & { readonly status: number | 'dropped' | 'hanging' })[] = [];
  const keep = (call: ReceivedCall, status: number | 'dropped' | 'hanging') => {
    calls.push({ ...call, status });
    if (calls.length > CALLS_KEPT_MAX) calls.shift();
  };
  let faults = options.faults ?? {};
  const teller = createTeller(random, () => faults);
  const server = createServer((request, response) => {
    void readCall(request)
      .then(async (call) => {
        const fault = faultOf(faults, provider.isSend(call) ? SEND_FAULTS : OTHER_FAULTS, random);
        if (fault === 'hangs') return keep(call, 'hanging');
        const answer = await answerOf(provider, call, fault, faults);
        keep(call, fault === 'acceptsAndDrops' ? 'dropped' : answer.status);
        if (fault === 'acceptsAndDrops') request.socket.destroy();
        else
          response
            .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
            .end(bytesOf(answer.body));
        teller.follow(call, answer.webhooks ?? []);
      })
      .catch(() => request.socket.destroy());
  });
  const baseUrl = await listen(server, port);
  return {
    ...{ baseUrl, calls, post: teller.post, hold: teller.hold, release: teller.release },
    misbehave: (next) => void (faults = next),
    async stop() {
      await teller.stop();
      await close(server);
    },
  };
}

type Kind = (typeof SEND_FAULTS | typeof OTHER_FAULTS)[number];
type Fault = Kind | undefined;

function answerOf(
  provider: SimulatedProvider,
  call: ReceivedCall,
  fault: Fault,
  { retryAfterS }: Faults,
): SimulatedAnswer | Promise<SimulatedAnswer> {
  if (fault === 'fails' || fault === 'failsOthers') return provider.failed();
  if (fault !== 'throttles') return provider.answer(call);
  const { headers, ...said } = provider.throttled();
  return { ...said, headers: { ...headers, ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }) } };
}

interface Teller extends Pick<Simulator, 'post' | 'hold' | 'release' | 'stop'> {
  /** Posts what a call leads to, or keeps it back. */
  follow(call: ReceivedCall, webhooks: readonly PostedWebhook[]): void;
}

function createTeller(random: Random, faults: () => Faults): Teller {
  const poster = createWebhookPoster();
  const telling = new Set<Promise<void>>();
  let isHolding = false;
  let held: readonly { readonly call: ReceivedCall; readonly webhooks: readonly PostedWebhook[] }[] = [];
  const post = (webhooks: readonly PostedWebhook[]) => {
    const told = postAll(poster, random, faults(), webhooks).finally(() => telling.delete(told));
    telling.add(told);
    return told;
  };
  return {
    post,
    follow(call, webhooks) {
      if (webhooks.length === 0) return;
      if (isHolding) held = [...held, { call, webhooks }].slice(-CALLS_HELD_MAX);
      else void post(webhooks);
    },
    hold: () => void (isHolding = true),
    release(isMeant) {
      if (isMeant === undefined) isHolding = false;
      const meant = held.filter(({ call }) => isMeant?.(call) ?? true);
      held = held.filter((one) => !meant.includes(one));
      return post(meant.flatMap(({ webhooks }) => webhooks));
    },
    async stop() {
      await poster.stop();
      await Promise.all(telling);
    },
  };
}

function bytesOf(body: unknown): string | Buffer {
  if (Buffer.isBuffer(body)) return body;
  return body === undefined ? '' : JSON.stringify(body);
}

/** One fault at most; all chances are drawn for each call, so that one setting doesn't change what another makes of the seed. */
function faultOf(faults: Faults, kinds: readonly Kind[], random: Random): Fault {
  return kinds.map((kind) => ({ kind, isMet: random() < (faults[kind] ?? 0) })).find(({ isMet }) => isMet)?.kind;
}

async function postAll(
  poster: WebhookPoster,
  random: Random,
  { repeats = 0, reorders = 0 }: Faults,
  webhooks: readonly PostedWebhook[],
): Promise<void> {
  const order = [...webhooks];
  order.forEach((webhook, index) => {
    const next = order[index + 1];
    if (random() < reorders && next !== undefined) [order[index], order[index + 1]] = [next, webhook];
  });
  for (const webhook of order) {
    const times = random() < repeats ? 2 : 1;
    for (let time = 0; time < times; time += 1) await poster.post(webhook);
  }
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
