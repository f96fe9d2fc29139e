import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../events/kernel/clock.js';
import { channelIds, type RawWebhookId } from '../events/kernel/ids.js';
import type { TraceContext } from '../events/kernel/trace-context.js';
import { RecordTooLargeError, type EventLog } from '../events/log/event-log.js';
import { PROVIDER_KINDS } from '../events/channel/events.js';
import type { ContactTyping, TellContactTyping } from '../events/typing/contact-typing.js';
import { toRawRecord } from '../events/webhook/raw-webhook.js';
import type { Channel, ChannelDirectory } from '../providers/channel.js';
import type { ProviderAdapter, WebhookRequest } from '../providers/provider.js';
import { providerSlug, type ProviderRegistry } from '../providers/registry.js';
import type { Meter, WebhookVerdict } from '../telemetry/meter.js';
import { createForgeryCount, type ForgeryCount } from './forgery-count.js';

export interface WebhookRoutesDeps {
  readonly log: Pick<EventLog, 'append'>;
  readonly directory: Pick<ChannelDirectory, 'get' | 'find' | 'refresh'>;
  readonly providers: ProviderRegistry;
  /** Without a slash at its end: the URL that providers post to, and that some of them sign, begins with it. */
  readonly publicUrl: () => string;
  /** Told what was only said live; absent: nobody is. */
  readonly tellTyping?: TellContactTyping | undefined;
  readonly clock: Clock;
  readonly newRawWebhookId: () => RawWebhookId;
  readonly logger: Logger;
  /** Where in a trace the request is; undefined: nothing is traced. */
  readonly trace?: (() => TraceContext | undefined) | undefined;
  /** Told of each webhook when it was answered; an address of no provider that exists is told as `other`. */
  readonly meter?: Pick<Meter, 'webhookAnswered'> | undefined;
}

const BODY_BYTES_MAX = 1024 * 1024;
const RETRY_AFTER_SECONDS = 1;

/** What the other side is told; the status is an instruction (design §9). */
const REFUSALS = {
  forged: { status: 401, message: 'The signature does not match the body, or is not of now.' },
  unknown: { status: 404, message: 'No channel has this address.' },
  stranger: { status: 403, message: 'The token is not the one of this channel.' },
  method: { status: 405, message: 'Webhooks are posted.' },
  tooLarge: { status: 413, message: 'A webhook has at most 1 MiB.' },
  mediaType: { status: 415, message: 'A webhook is application/json, uncompressed.' },
  unavailable: { status: 503, message: 'It could not be recorded. Please send it again.' },
} as const;
type Refusal = keyof typeof REFUSALS;

interface Ingress extends WebhookRoutesDeps {
  readonly forgeries: ForgeryCount;
}

/**
 * `POST /webhooks/{provider}/{channelId}`: the bytes are bounded, verified before anything is parsed, and appended raw,
 * but for those that only say that a contact types. 200 is answered only after the log acknowledged them (rule 1);
 * interpreting comes later, from the topic.
 */
export function webhookRoutes(deps: WebhookRoutesDeps): FastifyPluginAsync {
  const ingress = { ...deps, forgeries: createForgeryCount(deps) };
  const url = '/webhooks/:provider/:channelId';
  return async (app) => {
    keepBytes(app);
    app.addHook('onRequest', async (request, reply) => {
      if (request.method === 'POST' && !isPlainJson(request)) return refuse(reply, 'mediaType');
    });
    app.addHook('onResponse', async ({ params }, { statusCode }) =>
      deps.meter?.webhookAnswered(providerIn(params), VERDICTS[statusCode] ?? 'malformed'),
    );
    app.setErrorHandler((error, _request, reply) => refuseFault(reply, error, deps.logger));
    app.post<{ Params: Address }>(url, { bodyLimit: BODY_BYTES_MAX }, (request, reply) =>
      receive(ingress, request, reply),
    );
    app.get<{ Params: Address }>(url, (request, reply) => shakeHands(ingress, request, reply));
    app.route({
      method: ['PUT', 'PATCH', 'DELETE'],
      url,
      handler: async (_request, reply) => refuse(reply.header('allow', 'POST'), 'method'),
    });
  };
}

/** What each answer says of a webhook; any other is `malformed`. */
const VERDICTS: Readonly<Record<number, WebhookVerdict>> = {
  200: 'taken',
  401: 'forged',
  404: 'unknown_channel',
  413: 'too_large',
  503: 'unavailable',
};

const SLUGS: ReadonlySet<string> = new Set(PROVIDER_KINDS.map(providerSlug));

/** Whoever posts chooses the address: what isn't one of ours must not become a label. */
function providerIn(params: unknown): string {
  const { provider = '' } = params as Partial<Address>;
  return SLUGS.has(provider) ? provider : 'other';
}

interface Address {
  readonly provider: string;
  readonly channelId: string;
}

async function receive(ingress: Ingress, request: FastifyRequest<{ Params: Address }>, reply: FastifyReply) {
  const known = await attempt(() => findChannel(ingress, request.params));
  if (known === 'unavailable' || known === 'unknown') return refuse(reply, known);
  const webhook = webhookOf(request, ingress.publicUrl());
  const verdict = await attempt(() => verify(ingress, known, webhook));
  if (verdict === 'forged') ingress.forgeries.count(known.channel.id);
  if (verdict !== 'authentic') return refuse(reply, verdict);
  const typing = typingIn(known, webhook);
  if (typing.length > 0) {
    ingress.tellTyping?.(typing);
    return reply.code(200).send();
  }
  await ingress.log.append(
    'webhooks',
    toRawRecord(
      {
        id: ingress.newRawWebhookId(),
        workspaceId: known.channel.workspaceId,
        channelId: known.channel.id,
        provider: known.channel.provider,
        receivedAt: ingress.clock.now(),
        request: webhook,
        trace: ingress.trace?.(),
      },
      known.adapter.secretHeaders,
    ),
  );
  return answer(reply, known, webhook);
}

/** It is recorded: an adapter that fails here takes nothing back. */
function answer(reply: FastifyReply, { channel, adapter }: Known, webhook: WebhookRequest): FastifyReply {
  try {
    const said = adapter.answerTo?.(webhook, channel.settings);
    return said === undefined ? reply.code(200).send() : reply.code(200).send(said);
  } catch {
    return reply.code(200).send();
  }
}

/** Some providers ask by a GET whether the address is ours before they post to it; nothing is kept of that. */
async function shakeHands(ingress: Ingress, request: FastifyRequest<{ Params: Address }>, reply: FastifyReply) {
  const known = await attempt(() => findChannel(ingress, request.params));
  if (known === 'unavailable' || known === 'unknown') return refuse(reply, known);
  if (known.adapter.challenge === undefined) return refuse(reply.header('allow', 'POST'), 'method');
  const query = new URL(request.originalUrl, 'http://webhooks.invalid').searchParams;
  const said = await attempt(() => answerChallenge(ingress, known, query));
  if (said === 'unavailable') return refuse(reply, said);
  if (said === undefined) return refuse(reply, 'stranger');
  return reply.code(200).type('text/plain; charset=utf-8').header('x-content-type-options', 'nosniff').send(said.echo);
}

/** Likewise under settings that may have changed since they were cached. */
async function answerChallenge({ directory }: Ingress, { channel, adapter }: Known, query: URLSearchParams) {
  const known = adapter.challenge?.(query, channel.settings);
  if (known !== undefined) return { echo: known };
  const fresh = await directory.refresh(channel.id);
  const echo = fresh && adapter.challenge?.(query, fresh.settings);
  return echo === undefined ? undefined : { echo };
}

interface Known {
  readonly channel: Channel;
  readonly adapter: ProviderAdapter;
}

/** From memory; a miss is asked of Postgres once. Another provider's address is as unknown as one never given out. */
async function findChannel({ directory, providers }: Ingress, address: Address): Promise<Known | 'unknown'> {
  const id = channelIds.parse(address.channelId);
  if (id === undefined) return 'unknown';
  const channel = directory.get(id) ?? (await directory.find(id));
  if (channel === undefined || providerSlug(channel.provider) !== address.provider) return 'unknown';
  const adapter = providers.get(channel.provider);
  return adapter === undefined ? 'unknown' : { channel, adapter };
}

/** A secret may have been rotated since it was cached: before it is called forged, Postgres is asked once. */
async function verify({ directory, clock }: Ingress, { channel, adapter }: Known, webhook: WebhookRequest) {
  if (adapter.verify(webhook, channel.settings, clock.now()) === 'authentic') return 'authentic';
  const fresh = await directory.refresh(channel.id);
  return fresh === undefined ? 'unknown' : adapter.verify(webhook, fresh.settings, clock.now());
}

/**
 * Who types, where the webhook says nothing else: that is live only, and in no log. With anything else beside it, it is
 * recorded whole, and what it says of typing passes. An adapter that fails is taken for one that read something else.
 */
function typingIn({ channel, adapter }: Known, webhook: WebhookRequest): readonly ContactTyping[] {
  try {
    if (adapter.mayBeTyping?.(webhook) !== true) return [];
    const { workspaceId, id: channelId, platform, settings } = channel;
    const said = adapter.interpret(webhook, settings).map((one): ContactTyping | undefined => {
      // What it says of another account is another channel's.
      const isOwn = one.account === undefined || adapter.accountOf?.(settings) === one.account;
      if (one.kind !== 'typing' || !isOwn) return undefined;
      const address = adapter.normalizeAddress(platform, one.address);
      return address === undefined ? undefined : { workspaceId, channelId, address, isTyping: one.isTyping };
    });
    const typing = said.filter((one) => one !== undefined);
    return typing.length === said.length ? typing : [];
  } catch {
    return [];
  }
}

/** What needs Postgres while it is away must be sent again: nobody knows whether it was forged (rule 4). */
async function attempt<Answer>(ask: () => Promise<Answer>): Promise<Answer | 'unavailable'> {
  try {
    return await ask();
  } catch {
    return 'unavailable';
  }
}

/** Every body stays the bytes it came as: what is signed are bytes, and JSON read and written again is others. */
function keepBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

function isPlainJson({ headers }: FastifyRequest): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding.toLowerCase() === 'identity' && /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
}

function webhookOf(request: FastifyRequest, publicUrl: string): WebhookRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return {
    headers: Object.fromEntries(headers) as Record<string, string>,
    url: `${publicUrl}${request.originalUrl}`,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}

function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, message } = REFUSALS[refusal];
  if (status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.code(status).send({ error: message });
}

/** A log that doesn't acknowledge is a 503: never 200 and lost (F21). */
function refuseFault(reply: FastifyReply, error: unknown, logger: Logger): FastifyReply {
  const status = statusOf(error);
  if (status === 413 || error instanceof RecordTooLargeError) return refuse(reply, 'tooLarge');
  if (status === 415) return refuse(reply, 'mediaType');
  if (status !== undefined && status < 500) return reply.code(status).send({ error: 'Not a webhook.' });
  logger.warn({ err: error }, 'A webhook could not be recorded.');
  return refuse(reply, 'unavailable');
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
