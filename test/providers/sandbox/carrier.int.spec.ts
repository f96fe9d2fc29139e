import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { channelIds } from '../../../src/events/kernel/ids.js';
import type { Interpretation, Outcome, WebhookRequest } from '../../../src/providers/provider.js';
import type { Chaos } from '../../../src/providers/sandbox/chaos.js';
import { createSandboxAdapter } from '../../../src/providers/sandbox/adapter.js';
import { startSandboxCarrier, type SandboxCarrier } from '../../../src/providers/sandbox/carrier.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';
import { startScriptedServer, type ScriptedAnswer, type ScriptedServer } from '../../support/scripted-server.js';

const SEED = Math.floor(Math.random() * 2 ** 32);
const settings = { token: 'a-token-of-some-channel-0123456789' };
const CHANNEL = channelIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8058');

let parley: ScriptedServer;
let carrier: SandboxCarrier;
const adapter = createSandboxAdapter({ defaultBaseUrl: () => carrier.baseUrl, newSecret: () => '' });
/** What Parley was told, in order, with when. Everything must be signed. */
const told: { readonly fact: Interpretation; readonly at: number; readonly url: string }[] = [];
let answer: ScriptedAnswer = { status: 200 };

beforeAll(async () => {
  console.info(`seed ${SEED}`);
  parley = await startScriptedServer((request) => {
    const webhook: WebhookRequest = { ...request, url: `${parley.baseUrl}${request.url}` };
    expect(adapter.verify(webhook, settings, new Date())).toBe('authentic');
    const isTaken = typeof answer === 'object' && answer.status === 200;
    if (isTaken) {
      told.push(...adapter.interpret(webhook, settings).map((fact) => ({ fact, at: Date.now(), url: request.url })));
    }
    return answer;
  });
  carrier = await startSandboxCarrier({ seed: SEED, logger: testLog });
});
afterAll(async () => {
  await carrier.stop();
  await parley.close();
});
beforeEach(() => {
  answer = { status: 200 };
});

let sends = 0;
interface Sent {
  readonly outcome: Outcome;
  readonly reference: string;
  readonly at: number;
  /** Where what became of it is told, and nothing else. */
  readonly hook: string;
}
interface Sending {
  readonly text?: string;
  readonly reference?: string;
  readonly call?: number;
  readonly chaos?: Chaos;
  readonly apiBaseUrl?: string;
}
async function send(
  address: string,
  { text = 'Hello', reference = `reference-${sends + 1}`, call = 1, chaos, apiBaseUrl }: Sending = {},
): Promise<Sent> {
  sends += 1;
  const hook = `/hook/${sends}`;
  const outcome = await adapter.send({
    settings: { ...settings, chaos, apiBaseUrl },
    channelId: CHANNEL,
    platform: 'WHATSAPP' as const,
    reference,
    address,
    content: { kind: 'text', text, actions: [], attachments: [] },
    part: 0,
    call,
    webhookUrl: `${parley.baseUrl}${hook}`,
    signal: AbortSignal.timeout(20_000),
  });
  return { outcome, reference, at: Date.now(), hook };
}

/** What was told about these sends, in order. */
const toldOf = (...sent: readonly Sent[]) => told.filter(({ url }) => sent.some(({ hook }) => hook === url));
/** The same in words: statuses, and what replies say. */
const story = (...sent: readonly Sent[]) =>
  toldOf(...sent).map(({ fact }) => {
    if (fact.kind === 'receipt') return fact.status;
    if (fact.kind === 'received') return fact.content.text;
    return fact.kind === 'typing' ? 'types' : fact.kind;
  });

describe.concurrent('the stories of the sandbox carrier', () => {
  it('+15550100010: types before the answer', async () => {
    const sent = await send('+15550100010', { text: 'hi' });
    await eventually(() => expect(story(sent)).toEqual(['sent', 'delivered', 'read', 'types', 'You said: hi']));
  });

  it.each(['+15550100000', '+491700000001'])('%s: delivered, read, and an answer within 2 s', async (address) => {
    const sent = await send(address, { text: 'Anyone there?' });
    const { outcome, reference } = sent;
    expect(outcome).toMatchObject({ kind: 'accepted' });
    await eventually(() => expect(story(sent)).toEqual(['sent', 'delivered', 'read', 'You said: Anyone there?']));
    expect(toldOf(sent).at(-1)?.at).toBeLessThan(sent.at + 2_500);
    const [providerMessageId] = outcome.kind === 'accepted' ? outcome.providerMessageIds : [];
    const facts = toldOf(sent).map(({ fact }) => fact);
    expect(facts.slice(0, 3)).toMatchObject([
      { providerMessageId, reference },
      { providerMessageId, reference },
      { providerMessageId, reference },
    ]);
    expect(facts.at(-1)).toMatchObject({ address, replyToProviderMessageId: providerMessageId });
  });

  it('+15550100001: delivered, never read', async () => {
    const sent = await send('+15550100001');
    await eventually(() => expect(story(sent)).toEqual(['sent', 'delivered']));
  });

  it('+15550100002: refused', async () => {
    const { outcome } = await send('+15550100002');
    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'RECIPIENT_NOT_ON_PLATFORM' } });
  });

  it('+15550100003: fails after SENT, and says that it was after', async () => {
    const sent = await send('+15550100003');
    await eventually(() => expect(story(sent)).toEqual(['sent', 'failed']));
    expect(toldOf(sent).at(-1)?.fact).toMatchObject({ stage: 'DELIVERY', failure: { code: 'RECIPIENT_UNREACHABLE' } });
  });

  it.each([
    ['+15550100004', 2, { kind: 'throttled', retryAfterMs: 1_000 }],
    ['+15550100009', 3, { kind: 'unavailable' }],
  ])('%s: turns a message away %i times, then takes it and what is queued behind it', async (address, times, away) => {
    const [first, second] = [`first-${address}`, `second-${address}`];
    for (let call = 1; call <= times; call += 1) {
      expect((await send(address, { reference: first, call })).outcome).toEqual(away);
    }
    const taken = [
      await send(address, { reference: first, call: times + 1 }),
      await send(address, { reference: second }),
    ];
    expect(taken.map(({ outcome }) => outcome.kind)).toEqual(['accepted', 'accepted']);
    await eventually(() => expect(story(...taken)).toHaveLength(8));
  });

  it('+15550100005: takes the message, drops the line, and its receipts come 2 to 4 s later', async () => {
    const sent = await send('+15550100005');
    expect(sent.outcome).toEqual({ kind: 'unknown' });
    await eventually(() => expect(story(sent)).toEqual(['sent', 'delivered', 'read']));
    for (const { at } of toldOf(sent)) expect(at - sent.at).toBeGreaterThan(1_950);
  });

  it('+15550100006: drops the line, and never says more', async () => {
    const dropped = await send('+15550100006');
    expect(dropped.outcome).toEqual({ kind: 'unknown' });
    const next = await send('+15550100001');
    await eventually(() => expect(story(next)).toEqual(['sent', 'delivered']));
    expect(story(dropped)).toEqual([]);
  });

  it('+15550100007: repeats and reverses its receipts', async () => {
    const sent = await send('+15550100007');
    await eventually(() => expect(story(sent)).toEqual(['read', 'delivered', 'sent', 'sent', 'delivered', 'read']));
  });

  it('+15550100008: a receipt is taken before the send is answered', async () => {
    const sent = await send('+15550100008');
    expect(sent.outcome.kind).toBe('accepted');
    expect(story(sent)[0]).toBe('sent');
    await eventually(() => expect(story(sent)).toEqual(['sent', 'delivered', 'read']));
  });
});

describe('the sandbox carrier', () => {
  it('gives every message another id', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => send('+15550100001')));
    const ids = all.flatMap(({ outcome }) => (outcome.kind === 'accepted' ? outcome.providerMessageIds : []));
    expect(new Set(ids).size).toBe(20);
    await eventually(() => expect(story(...all)).toHaveLength(40));
  });

  it.each<ScriptedAnswer>([{ status: 503 }, 'drop'])('posts again what was answered by %j', async (fault) => {
    answer = fault;
    const before = parley.requests.length;
    const sent = await send('+15550100001');
    await eventually(() => expect(parley.requests.length).toBeGreaterThan(before + 2));
    expect(toldOf(sent)).toEqual([]);
    answer = { status: 200 };
    await eventually(() => expect(story(sent)).toEqual(['sent', 'delivered']));
  });

  it('takes a 4xx as final', async () => {
    answer = { status: 404 };
    const before = parley.requests.length;
    await send('+15550100001');
    await eventually(() => expect(parley.requests.length).toBe(before + 2));
  });

  it.each([
    ['no token', { authorization: '' }, '{}', 401],
    ['another content type', { 'content-type': 'text/plain' }, '{}', 415],
    ['no JSON', {}, '{', 400],
    ['no send request', {}, '{"to":"+15550100000"}', 400],
    ['too much', {}, JSON.stringify('x'.repeat(1024 * 1024)), 413],
  ])('refuses %s', async (_name, headers, body, status) => {
    const all = { authorization: `Bearer ${settings.token}`, 'content-type': 'application/json', ...headers };
    const answered = await fetch(`${carrier.baseUrl}/messages`, { method: 'POST', headers: all, body });
    expect(answered.status).toBe(status);
    expect(await answered.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
  });

  it('knows nothing else', async () => {
    expect((await fetch(`${carrier.baseUrl}/message`)).status).toBe(404);
    expect((await fetch(`${carrier.baseUrl}/messages`, { method: 'PUT' })).status).toBe(404);
  });

  it('misbehaves as its caller asks: a webhook twice or three times, or none and no answer either', async () => {
    const repeated = await send('+15550100000', { chaos: { duplicates: 1 } });
    expect(repeated.outcome.kind).toBe('accepted');
    await eventually(() => expect(toldOf(repeated).length).toBeGreaterThanOrEqual(8));
    await eventually(() => expect(new Set(story(repeated)).size).toBe(4));
    const replies = toldOf(repeated).flatMap(({ fact }) => (fact.kind === 'received' ? [fact] : []));
    for (const reply of replies) expect(reply).toEqual(replies[0]);
    const dropped = await send('+15550100001', { chaos: { drops: 1 } });
    expect(dropped.outcome).toEqual({ kind: 'unknown' });
    const unharmed = await send('+15550100001', { reference: 'unharmed' });
    await eventually(() => expect(story(unharmed)).toHaveLength(2));
    expect(toldOf(dropped)).toEqual([]);
  });

  it('ends its stories where they are when it stops', async () => {
    const own = await startSandboxCarrier({ seed: SEED, logger: testLog });
    const other = createSandboxAdapter({ defaultBaseUrl: () => own.baseUrl, newSecret: () => '' });
    answer = 'silence';
    const before = parley.requests.length;
    await other.send({
      settings,
      channelId: CHANNEL,
      platform: 'WHATSAPP' as const,
      reference: 'r',
      address: '+15550100000',
      content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
      part: 0,
      call: 1,
      webhookUrl: `${parley.baseUrl}/hook/last`,
      signal: AbortSignal.timeout(5_000),
    });
    await eventually(() => expect(parley.requests.length).toBe(before + 1));
    const begun = performance.now();
    await own.stop();
    await own.stop();
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

describe('what became of a call', () => {
  let passedMs = 0;
  let own: SandboxCarrier;
  beforeAll(async () => {
    const clock = { now: () => new Date(Date.now() + passedMs) };
    own = await startSandboxCarrier({ seed: SEED, logger: testLog, clock });
  });
  afterAll(() => own.stop());
  const asked = async (reference: string, token = settings.token) =>
    adapter.lookUp?.({
      settings: { token, apiBaseUrl: own.baseUrl },
      channelId: CHANNEL,
      platform: 'WHATSAPP' as const,
      reference,
      address: '+15550100000',
      calledAt: new Date(),
      signal: AbortSignal.timeout(10_000),
    });
  const sendThere = (address: string, reference: string) =>
    send(address, { reference, apiBaseUrl: own.baseUrl }).then(({ outcome }) => outcome);

  it('can be asked five seconds later: taken, refused, or nothing is known', async () => {
    const accepted = await sendThere('+15550100001', 'accepted');
    const outcomes = [
      await sendThere('+15550100005', 'dropped'),
      await sendThere('+15550100006', 'forgotten'),
      await sendThere('+15550100002', 'refused'),
    ];
    expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'rejected']);
    expect(await asked('dropped')).toEqual({ kind: 'unknown' });
    passedMs = 5_000;
    expect(await asked('accepted')).toEqual(accepted);
    expect(await asked('dropped')).toMatchObject({ kind: 'accepted', providerMessageIds: [expect.any(String)] });
    expect(await asked('forgotten')).toEqual({ kind: 'unknown' });
    expect(await asked('refused')).toMatchObject({ kind: 'rejected', failure: { code: 'RECIPIENT_NOT_ON_PLATFORM' } });
    expect(await asked('dropped', 'another-token-of-another-channel')).toEqual({ kind: 'unknown' });
  });

  it.each(['', '?reference=', `?reference=${'x'.repeat(256)}`])('is refused without a reference: %j', async (query) => {
    const headers = { authorization: `Bearer ${settings.token}` };
    const answered = await fetch(`${own.baseUrl}/messages${query}`, { headers });
    expect(answered.status).toBe(400);
    expect(await answered.json()).toMatchObject({ error: { code: 'reference_invalid' } });
  });
});

describe.each([
  ['/typing', {}],
  ['/read', { upTo: 'sbx_1' }],
])('a carrier that is told what to show a contact: %s', (path, more) => {
  const type = async ({ to }: { readonly to: string }, authorization = `Bearer ${settings.token}`) => {
    const body = { to, ...more };
    const answered = await fetch(`${carrier.baseUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(body),
    });
    return [answered.status, await answered.json()];
  };

  it('takes it, tells no story of it, and judges it as a send', async () => {
    expect(await type({ to: '+15550100000' })).toEqual([202, {}]);
    expect(await type({ to: 'nobody' })).toMatchObject([400, { error: { code: 'content_rejected' } }]);
    expect(await type({ to: '+15550100000' }, 'Bearer x')).toMatchObject([401, { error: { code: 'token_invalid' } }]);
    // Each send has a hook of its own, and this has none.
    expect(told.filter(({ url }) => !url.startsWith('/hook/'))).toEqual([]);
  });
});
