import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { channelIds, messageIds } from '../../src/events/kernel/ids.js';
import type { MessageContent } from '../../src/events/message/content.js';
import type { ChannelPlatform } from '../../src/events/channel/events.js';
import { CONTENT_KINDS } from '../../src/events/message/content.js';
import type {
  FilePlace,
  MediaAnswer,
  PartRequest,
  ProviderAdapter,
  TypingRequest,
  WindowAnswer,
  WebhookRequest,
} from '../../src/providers/provider.js';
import { headersOf, urlOf } from '../../src/providers/http-call.js';
import { formatReference, parseReference } from '../../src/providers/reference.js';
import { shownCall } from '../../src/providers/shown-call.js';
import { startScriptedServer, type ScriptedAnswer, type ScriptedServer } from '../support/scripted-server.js';
import { changedAt, pathsOf } from './json-paths.js';
import { fuzzWebhooks, STATEMENTS } from './provider-fuzz.js';

/** What the suite must know of a provider; everything else it finds out by asking the adapter. */
export interface ProviderFixture<Settings> {
  readonly adapter: ProviderAdapter<Settings>;
  /** Settings of a channel whose API lies at `baseUrl`. */
  settings(baseUrl: string): Settings;
  readonly address: string;
  readonly content: MessageContent;
  /** The provider's documented answers. */
  readonly answers: {
    readonly accepted: { readonly answer: ScriptedAnswer; readonly providerMessageIds: readonly string[] };
    /** Others that say as much, in another form. */
    readonly acceptedToo?: readonly {
      readonly answer: ScriptedAnswer;
      readonly providerMessageIds: readonly string[];
    }[];
    readonly rejected: readonly { readonly answer: ScriptedAnswer; readonly code: string }[];
    /** Surely not processed, too many at the moment. */
    readonly throttled: readonly { readonly answer: ScriptedAnswer; readonly retryAfterMs?: number }[];
    /** Surely not processed, as the provider documents it. */
    readonly unavailable: readonly ScriptedAnswer[];
    /** Beside those that any HTTP provider has. */
    readonly unclear: readonly ScriptedAnswer[];
  };
  /** What it answers when it is asked for a call by its reference, where it can be. */
  readonly lookUp?: {
    readonly accepted: { readonly answer: ScriptedAnswer; readonly providerMessageIds: readonly string[] };
    readonly rejected: readonly { readonly answer: ScriptedAnswer; readonly code: string }[];
    /** Beside those that any HTTP provider has. */
    readonly unclear: readonly ScriptedAnswer[];
  };
  /** What is asked of it where somebody types and where something was read, written from its contract. */
  readonly signals?: {
    readonly showTyping?: AskedCall;
    /** About the message `incoming-1`. */
    readonly markRead?: AskedCall;
  };
  /** What it answers when it is asked for a service window, where it can be. */
  readonly window?: {
    readonly providerContactId?: string;
    /** The path of the question. */
    readonly asked: string;
    readonly answers: readonly { readonly answer: ScriptedAnswer; readonly says: WindowAnswer }[];
    /** Beside those that any HTTP provider has. */
    readonly unclear: readonly ScriptedAnswer[];
  };
  /** A webhook as the provider posts it at `now`, signed: a receipt, or of a provider that has none, a message. */
  receipt(settings: Settings, reference: string, now: Date): WebhookRequest;
  /** Whether the provider echoes the reference of a call. */
  readonly echoes: boolean;
  /** What makes a webhook authentic: a signature over its bytes, or a secret that is shown; default: bytes. */
  readonly proof?: 'bytes' | 'secret';
  /** Whether the proof is of its time only; default: where it is of the bytes. */
  readonly isTimely?: boolean;
  /** Until when a proof counts; default: five minutes. */
  readonly proofAgeMaxMs?: number;
  /** What goes out for each content, written from the provider's contract; every kind of the capabilities is among them. */
  readonly outgoing: readonly OutgoingSample[];
  /** What comes in, written from the contract: each body, and what it says. */
  readonly incoming: readonly IncomingSample[];
  /** What a GET of the webhook's URL is answered, where the provider shakes hands; and what it isn't. */
  readonly handshake?: { readonly query: string; readonly echo: string; readonly refused: readonly string[] };
  /** Where an incoming file lies, where its credentials are needed for it; and what came of asking, if that is a call. */
  readonly media?: {
    readonly mediaId: string;
    readonly located?: ScriptedAnswer;
    /** What that call asks for. */
    readonly asked?: string;
    /** Below `baseUrl`: a host that was set counts for files too, whatever host the provider names. */
    readonly place: string;
    /** Headers that open it. */
    readonly credentials?: Readonly<Record<string, string>>;
    readonly refusals?: readonly { readonly answer: ScriptedAnswer; readonly kind: MediaAnswer['kind'] }[];
  };
  /** How it answers what is asked of the account itself, where it can be asked. */
  readonly account?: {
    readonly confirmed: ScriptedAnswer;
    readonly refused: ScriptedAnswer;
    /** How many calls it takes to register a webhook for every event; default: one. */
    readonly registrations?: number;
  };
  /** How it answers when it is asked for its templates, where it can be. */
  readonly templates?: {
    /** Of the first page, which names the next one, and of the one after that. */
    readonly asked: readonly [string, string];
    readonly pages: readonly [ScriptedAnswer, ScriptedAnswer];
    /** What they say, as `toEqual` has it. */
    readonly says: readonly [readonly object[], readonly object[]];
    readonly refused: ScriptedAnswer;
  };
  /** How it answers an exchange of credentials, where they end. */
  readonly credentials?: {
    /** With credentials that can be exchanged. */
    settings(baseUrl: string): Settings;
    readonly asks: { readonly path: string; readonly body: unknown };
    readonly renewed: readonly { readonly answer: ScriptedAnswer; readonly changes: object }[];
    readonly refused: readonly ScriptedAnswer[];
    readonly throttled: readonly { readonly answer: ScriptedAnswer; readonly retryAfterMs?: number }[];
    /** What says that nobody was asked who could have spent the token. */
    readonly elsewhere: readonly ScriptedAnswer[];
    /** Beside those that any HTTP provider has. */
    readonly unclear: readonly ScriptedAnswer[];
  };
}

export interface AskedCall {
  readonly method?: string;
  readonly path: string;
  readonly body: unknown;
}

export interface OutgoingSample {
  readonly name: string;
  readonly platform?: ChannelPlatform;
  readonly content: MessageContent;
  readonly replyToProviderMessageId?: string;
  /** One for each part. */
  readonly calls: readonly AskedCall[];
}

export interface IncomingSample {
  readonly name: string;
  readonly body: unknown;
  /** Each as `toMatchObject` has it, in this order. */
  readonly says: readonly object[];
}

const NOW = new Date('2026-06-01T12:00:00.000Z');
const REFERENCE = formatReference({
  messageId: messageIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8057'),
  attempt: 1,
  part: 0,
});
const CHANNEL = channelIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8058');

/** No answer of these says whether the provider took the message. */
const UNCLEAR: readonly (readonly [string, ScriptedAnswer])[] = [
  ['500', { status: 500 }],
  ['503 with an error that looks like a refusal', { status: 503, body: '{"error":{"code":"x","message":"y"}}' }],
  ['a dropped line', 'drop'],
  ['an answer that breaks off', 'cut'],
  ['200 and no JSON', { status: 200, body: 'OK' }],
  ['202 and an empty object', { status: 202, body: '{}' }],
  ['an acceptance of 1 MiB', { status: 202, body: Buffer.alloc(1024 * 1024, 32) }],
  ['408', { status: 408 }],
];

/** The promises of `provider.ts`, each asked of one adapter. */
export function providerContract<Settings>(name: string, fixture: ProviderFixture<Settings>): void {
  const { adapter } = fixture;
  const [PLATFORM = 'WHATSAPP'] = adapter.platforms;
  const { proof = 'bytes', outgoing, incoming } = fixture;
  describe(`${name} keeps the provider port's promises`, () => {
    let server: ScriptedServer;
    beforeAll(async () => {
      server = await startScriptedServer(() => 'drop');
    });
    afterAll(() => server.close());
    let asked: number;
    beforeEach(() => void (asked = server.requests.length));

    const said = (settings: Settings): PartRequest<Settings> => ({
      ...{ settings, channelId: CHANNEL, platform: PLATFORM, reference: REFERENCE },
      ...{ address: fixture.address, content: fixture.content, part: 0, call: 1 },
      webhookUrl: 'http://127.0.0.1:4000/webhooks/x/y',
    });
    const send = (options: { baseUrl?: string; signal?: AbortSignal } = {}) =>
      adapter.send({
        ...said(fixture.settings(options.baseUrl ?? server.baseUrl)),
        signal: options.signal ?? AbortSignal.timeout(10_000),
      });
    const calls = () => server.requests.length - asked;

    const secretsOf = (settings: object) =>
      Object.entries(settings).flatMap(([name, value]: [string, unknown]) =>
        /(token|secret|key|password)$/i.test(name) && typeof value === 'string' ? [value] : [],
      );
    /** What was asked last is what `request` says; what people see of it has everything but the secrets. */
    const expectAsked = (part: PartRequest<Settings>) => {
      const asked = server.requests.at(-1);
      const requested = adapter.request(part);
      expect(asked).toMatchObject({ method: requested.method, headers: headersOf(requested) });
      expect(`${server.baseUrl}${asked?.url ?? ''}`).toBe(urlOf(requested));
      expect(asked?.body.toString()).toBe(JSON.stringify(requested.json));
      const shown = JSON.stringify(shownCall(requested));
      for (const secret of secretsOf(part.settings as object)) expect(shown).not.toContain(secret);
      expect(adapter.request(part)).toEqual(requested);
    };

    describe('1. send makes at most one call, ends within its signal and never throws', () => {
      it('reports what the provider accepted, with its ids', async () => {
        server.answer = () => fixture.answers.accepted.answer;
        const { providerMessageIds } = fixture.answers.accepted;
        expect(await send()).toMatchObject({ kind: 'accepted', providerMessageIds });
        expect(calls()).toBe(1);
      });

      it.each(fixture.answers.acceptedToo ?? [])('and what means the same: $answer', async (said) => {
        server.answer = () => said.answer;
        expect(await send()).toMatchObject({ kind: 'accepted', providerMessageIds: said.providerMessageIds });
        expect(calls()).toBe(1);
      });

      it('makes the call that request shows', async () => {
        server.answer = () => fixture.answers.accepted.answer;
        const part = said(fixture.settings(server.baseUrl));
        await adapter.send({ ...part, signal: AbortSignal.timeout(10_000) });
        expectAsked(part);
      });

      it.each(fixture.answers.rejected)('reports $code', async ({ answer, code }) => {
        server.answer = () => answer;
        expect(await send()).toMatchObject({ kind: 'rejected', failure: { code } });
        expect(calls()).toBe(1);
      });

      it.each(fixture.answers.throttled)('reports that it is throttled: $answer', async ({ answer, retryAfterMs }) => {
        server.answer = () => answer;
        expect(await send()).toEqual({ kind: 'throttled', ...(retryAfterMs !== undefined && { retryAfterMs }) });
        expect(calls()).toBe(1);
      });

      it.each(fixture.answers.unavailable.map((answer) => [JSON.stringify(answer), answer] as const))(
        'reports that the provider says it is not there: %s',
        async (_name, answer) => {
          server.answer = () => answer;
          expect(await send()).toEqual({ kind: 'unavailable' });
          expect(calls()).toBe(1);
        },
      );

      it('reports that nobody listens: not a byte was sent', async () => {
        const gone = await startScriptedServer(() => 'drop');
        await gone.close();
        expect(await send({ baseUrl: gone.baseUrl })).toEqual({ kind: 'unavailable' });
      });

      it('ends when its signal says so', async () => {
        server.answer = () => 'silence';
        const begun = performance.now();
        expect(await send({ signal: AbortSignal.timeout(100) })).toEqual({ kind: 'unknown' });
        expect(performance.now() - begun).toBeLessThan(5_000);
      });

      it('follows no redirect', async () => {
        server.answer = () => ({ status: 307, headers: { location: `${server.baseUrl}/elsewhere` } });
        expect(await send()).toEqual({ kind: 'unknown' });
        expect(calls()).toBe(1);
      });
    });

    const signals = {
      showTyping: (target: TypingRequest<Settings>) => adapter.showTyping?.(target),
      markRead: (target: TypingRequest<Settings>) => adapter.markRead?.({ ...target, providerMessageId: 'incoming-1' }),
    };
    describe.each([
      [8, 'showTyping'],
      [12, 'markRead'],
    ] as const)('%i. %s makes at most one call, ends within its signal and never throws', (_promise, name) => {
      const isThere = adapter[name] !== undefined;
      const show = (signal = AbortSignal.timeout(10_000)) =>
        signals[name]({
          ...{
            settings: fixture.settings(server.baseUrl),
            channelId: CHANNEL,
            platform: PLATFORM,
            address: adapter.normalizeAddress(PLATFORM, fixture.address) ?? '',
            lastProviderMessageId: 'of-the-last-message',
            signal,
          },
        });

      it.runIf(isThere).each<readonly [string, ScriptedAnswer]>([...UNCLEAR, ['202', { status: 202, body: '{}' }]])(
        '%s',
        async (_name, answer) => {
          server.answer = () => answer;
          expect(await show()).toBeUndefined();
          expect(calls()).toBe(1);
        },
      );

      it.runIf(isThere)('asks what the contract shows', async () => {
        server.answer = () => ({ status: 200, body: '{}' });
        const expected = fixture.signals?.[name];
        await show();
        expect(calls()).toBe(1);
        if (expected === undefined) return;
        const { method = 'POST', path, body } = expected;
        const asked = server.requests.at(-1);
        expect(asked).toMatchObject({ method, url: path });
        expect(JSON.parse(asked?.body.toString() ?? '')).toEqual(body);
      });

      it.runIf(isThere)('ends when its signal says so', async () => {
        server.answer = () => 'silence';
        const begun = performance.now();
        expect(await show(AbortSignal.timeout(100))).toBeUndefined();
        expect(performance.now() - begun).toBeLessThan(5_000);
      });
    });

    it('12. markRead is there where the capabilities say so', () => {
      const capable = adapter.platforms.filter((platform) => adapter.capabilitiesOf(platform).carriesReadMark === true);
      expect(adapter.markRead !== undefined).toBe(capable.length > 0);
    });

    describe('2. what may have been processed is unknown (rule 19)', () => {
      const unclear = [
        ...UNCLEAR,
        ...fixture.answers.unclear.map((answer) => [JSON.stringify(answer), answer] as const),
      ];
      it.each(unclear)('%s', async (_name, answer) => {
        server.answer = () => answer;
        expect(await send()).toEqual({ kind: 'unknown' });
        expect(calls()).toBe(1);
      });

      it('a deadline that had passed before', async () => {
        expect((await send({ signal: AbortSignal.abort() })).kind).toBe('unknown');
        expect(calls()).toBe(0);
      });

      it('a line that is cut on a socket that was used before', async () => {
        server.answer = () => fixture.answers.accepted.answer;
        expect((await send()).kind).toBe('accepted');
        server.answer = () => 'drop';
        expect(await send()).toEqual({ kind: 'unknown' });
        expect(calls()).toBe(2);
      });
    });

    describe('3. verify reads the bytes as they came', () => {
      const settings = fixture.settings('http://127.0.0.1:1');
      const webhook = fixture.receipt(settings, REFERENCE, NOW);

      it('knows what the provider signed', () => {
        expect(adapter.verify(webhook, settings, NOW)).toBe('authentic');
      });

      it.runIf(proof === 'bytes')('refuses every other body', () => {
        fc.assert(
          fc.property(fc.nat(webhook.body.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
            const body = Buffer.from(webhook.body);
            body.writeUInt8(body.readUInt8(index) ^ flip, index);
            expect(adapter.verify({ ...webhook, body }, settings, NOW)).toBe('forged');
          }),
        );
      });

      it('refuses any other secret, and none', () => {
        const other = fixture.receipt(fixture.settings('http://127.0.0.1:1'), REFERENCE, NOW);
        expect(adapter.verify({ ...webhook, headers: {} }, settings, NOW)).toBe('forged');
        expect(adapter.verify({ ...webhook, headers: other.headers }, settings, NOW)).toBe('forged');
      });

      it.runIf(fixture.isTimely ?? proof === 'bytes')('refuses what is stale, and what is of the future', () => {
        const { proofAgeMaxMs = 5 * 60_000 } = fixture;
        const [early, late] = [-10 * 60_000, proofAgeMaxMs + 60_000].map((ms) => new Date(NOW.getTime() + ms));
        expect(adapter.verify(webhook, settings, late ?? NOW)).toBe('forged');
        expect(adapter.verify(webhook, settings, early ?? NOW)).toBe('forged');
      });

      it('never throws on any headers', () => {
        const headers = fc.dictionary(fc.constantFrom(...Object.keys(webhook.headers)), fc.string());
        fc.assert(
          fc.property(headers, fc.uint8Array({ maxLength: 200 }), (given, bytes) => {
            const forged = { ...webhook, headers: given, body: Buffer.from(bytes) };
            expect(adapter.verify(forged, settings, NOW)).toBe('forged');
          }),
        );
      });
    });

    describe('4. interpret never throws, and the same bytes give the same facts', () => {
      const settings = fixture.settings('http://127.0.0.1:1');
      const webhook = fixture.receipt(settings, REFERENCE, NOW);
      const twice = (body: Buffer) => {
        const facts = adapter.interpret({ ...webhook, body }, settings);
        // Promise 13, of the same bytes.
        expect([true, false, undefined]).toContain(adapter.mayBeTyping?.({ ...webhook, body }));
        expect(adapter.interpret({ ...webhook, body: Buffer.from(body) }, settings)).toEqual(facts);
        expect(facts.length).toBeGreaterThan(0);
        expect(facts.every(({ kind }) => STATEMENTS.has(kind))).toBe(true);
        adapter.answerTo?.({ ...webhook, body }, settings);
      };

      it('a body of 1 MiB, of brackets and of letters', () => {
        for (const filling of ['[', '{"a":', 'x', '"'])
          twice(Buffer.from(filling.repeat(Math.floor(1_048_576 / filling.length))));
      });

      it('random bytes', () => {
        fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => twice(Buffer.from(bytes))));
      });

      it('random JSON', () => {
        fc.assert(fc.property(fc.json(), (json) => twice(Buffer.from(json))));
      });

      const reals = [JSON.parse(webhook.body.toString()) as unknown, ...incoming.map(({ body }) => body)];

      fuzzWebhooks({ adapter, settings, platform: PLATFORM, webhook, reals });

      it('a real webhook with anything in place of anything', () => {
        for (const real of reals) {
          const paths = pathsOf(real);
          fc.assert(
            fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) =>
              twice(Buffer.from(JSON.stringify(changedAt(real, path, () => value)))),
            ),
          );
        }
      });
    });

    it('5. every receipt carries the reference of its call where the provider echoes one', () => {
      const settings = fixture.settings('http://127.0.0.1:1');
      const facts = adapter.interpret(fixture.receipt(settings, REFERENCE, NOW), settings);
      expect(facts.length).toBeGreaterThan(0);
      for (const fact of facts) {
        const { receipts = [] } = adapter.capabilitiesOf(PLATFORM, settings);
        if (fact.kind === 'receipt' || fact.kind === 'watermark') expect(receipts).toContain(fact.status);
        else expect(receipts).toEqual([]);
        if (fact.kind !== 'receipt') continue;
        if (fixture.echoes) expect(parseReference(fact.reference ?? '')).toEqual(parseReference(REFERENCE));
      }
    });

    it('6. rateOf answers figures that a channel can be sent by, the same ones each time', () => {
      const settings = fixture.settings('http://127.0.0.1:1');
      const { perSecond, burst } = adapter.rateOf(settings);
      expect(perSecond).toBeGreaterThan(0);
      expect(Number.isFinite(perSecond)).toBe(true);
      expect(burst).toBeGreaterThanOrEqual(Math.max(1, perSecond / 50));
      expect(Number.isFinite(burst)).toBe(true);
      expect(adapter.rateOf(settings)).toEqual({ perSecond, burst });
    });

    /** What is asked of a provider by one call that changes nothing, and was not heard clearly, is unknown. */
    const saysOnlyWhatItHeard = (
      ask: (options?: { baseUrl?: string; signal?: AbortSignal }) => Promise<unknown> | undefined,
      unclear: readonly ScriptedAnswer[],
    ) => {
      const unheard = [...UNCLEAR, ...unclear.map((answer) => [JSON.stringify(answer), answer] as const)];
      it.each(unheard)('%s is unknown', async (_name, answer) => {
        server.answer = () => answer;
        expect(await ask()).toEqual({ kind: 'unknown' });
        expect(calls()).toBe(1);
      });

      it('ends with its signal, and where nobody listens', async () => {
        server.answer = () => 'silence';
        expect(await ask({ signal: AbortSignal.timeout(100) })).toEqual({ kind: 'unknown' });
        expect(await ask({ signal: AbortSignal.abort() })).toEqual({ kind: 'unknown' });
        const gone = await startScriptedServer(() => 'drop');
        await gone.close();
        expect(await ask({ baseUrl: gone.baseUrl })).toEqual({ kind: 'unknown' });
      });
    };

    const { lookUp } = fixture;
    it('7. looks up where the fixture says so', () => {
      expect(adapter.lookUp === undefined).toBe(lookUp === undefined);
    });

    if (lookUp !== undefined) {
      describe('7. lookUp makes at most one call, and says only what it heard', () => {
        const ask = (options: { baseUrl?: string; signal?: AbortSignal } = {}) =>
          adapter.lookUp?.({
            settings: fixture.settings(options.baseUrl ?? server.baseUrl),
            channelId: CHANNEL,
            platform: PLATFORM,
            reference: REFERENCE,
            address: fixture.address,
            calledAt: NOW,
            signal: options.signal ?? AbortSignal.timeout(10_000),
          });

        it('reports what the provider took, with its ids, and asks by the reference', async () => {
          server.answer = () => lookUp.accepted.answer;
          const { providerMessageIds } = lookUp.accepted;
          expect(await ask()).toMatchObject({ kind: 'accepted', providerMessageIds });
          expect(calls()).toBe(1);
          expect(server.requests.at(-1)).toMatchObject({ method: 'GET' });
          expect(server.requests.at(-1)?.url).toContain(encodeURIComponent(REFERENCE));
        });

        it.each(lookUp.rejected)('reports $code', async ({ answer, code }) => {
          server.answer = () => answer;
          expect(await ask()).toMatchObject({ kind: 'rejected', failure: { code } });
          expect(calls()).toBe(1);
        });

        saysOnlyWhatItHeard(ask, lookUp.unclear);
      });
    }

    const { window } = fixture;
    it('15. asks for windows where the fixture says so', () => {
      expect(adapter.askWindow === undefined).toBe(window === undefined);
    });

    describe.runIf(window !== undefined)('15. askWindow makes at most one call, and says only what it heard', () => {
      const { providerContactId, asked: path, answers = [], unclear = [] } = window ?? {};
      const ask = (options: { baseUrl?: string; signal?: AbortSignal } = {}) =>
        adapter.askWindow?.({
          ...{ settings: fixture.settings(options.baseUrl ?? server.baseUrl), channelId: CHANNEL, platform: PLATFORM },
          ...{ address: adapter.normalizeAddress(PLATFORM, fixture.address) ?? '', providerContactId },
          signal: options.signal ?? AbortSignal.timeout(10_000),
        });

      it.each(answers)('$says', async ({ answer, says }) => {
        server.answer = () => answer;
        expect(await ask()).toEqual(says);
        expect(calls()).toBe(1);
        expect(server.requests.at(-1)).toMatchObject({ method: 'GET', url: path });
      });

      saysOnlyWhatItHeard(ask, unclear);
    });

    describe('what goes out is what the contract shows', () => {
      it.each(outgoing)(
        '$name',
        async ({ content, calls: expected, platform = PLATFORM, replyToProviderMessageId }) => {
          server.answer = () => fixture.answers.accepted.answer;
          const settings = fixture.settings(server.baseUrl);
          expect(adapter.partsOf(content, platform)).toBe(expected.length);
          expect(adapter.refuse?.(content, platform, settings) ?? []).toEqual([]);
          for (const [part, { method = 'POST', path, body }] of expected.entries()) {
            const address = adapter.normalizeAddress(platform, fixture.address) ?? '';
            const asking = { ...said(settings), platform, address, content, part, replyToProviderMessageId };
            await adapter.send({ ...asking, signal: AbortSignal.timeout(10_000) });
            expectAsked(asking);
            const asked = server.requests.at(-1);
            expect(asked).toMatchObject({ method, url: path });
            expect(JSON.parse(asked?.body.toString() ?? '')).toEqual(body);
          }
          expect(calls()).toBe(expected.length);
        },
      );

      it('a template goes out under the name that the provider knows', () => {
        for (const { content, platform = PLATFORM } of outgoing) {
          if (content.kind !== 'template') continue;
          const ask = (one: MessageContent) =>
            adapter.request({ ...said(fixture.settings(server.baseUrl)), platform, content: one });
          const ours = { ...content, name: 'ours', providerName: content.name, text: 'as it is read' };
          expect(ask(ours).json).toEqual(ask(content).json);
        }
      });

      it('every kind of the capabilities is among them', () => {
        const claimed = adapter.platforms.flatMap((platform) => {
          const { content } = adapter.capabilitiesOf(platform, fixture.settings('http://127.0.0.1:1'));
          return CONTENT_KINDS.filter((kind) => content[kind] !== undefined);
        });
        expect(new Set(outgoing.map(({ content }) => content.kind))).toEqual(new Set(claimed));
      });
    });

    describe('what comes in says what the contract says', () => {
      const settings = fixture.settings('http://127.0.0.1:1');
      const webhook = fixture.receipt(settings, REFERENCE, NOW);
      it.each(incoming)('$name', ({ body, says }) => {
        const read = () => adapter.interpret({ ...webhook, body: Buffer.from(JSON.stringify(body)) }, settings);
        expect(read()).toMatchObject(says);
        expect(read()).toHaveLength(says.length);
        expect(read()).toEqual(read());
      });

      it('says the same in every order, and however often it comes', () => {
        const bodies = incoming.map(({ body }) => Buffer.from(JSON.stringify(body)));
        const alone = bodies.map((body) => adapter.interpret({ ...webhook, body }, settings));
        const indexes = fc.array(fc.nat(bodies.length - 1), { minLength: 2, maxLength: 3 * bodies.length });
        fc.assert(
          fc.property(indexes, (order) => {
            for (const index of order) {
              const body = bodies[index] ?? Buffer.alloc(0);
              expect(adapter.interpret({ ...webhook, body }, settings)).toEqual(alone[index]);
            }
          }),
          { numRuns: 20 },
        );
      });

      it('every status of the capabilities is among them', () => {
        const claimed = adapter.platforms.flatMap((one) => adapter.capabilitiesOf(one, settings).receipts ?? []);
        const said = incoming.flatMap(({ body }) =>
          adapter.interpret({ ...webhook, body: Buffer.from(JSON.stringify(body)) }, settings),
        );
        const statuses = said.flatMap((one) =>
          one.kind === 'receipt' || one.kind === 'watermark' ? [one.status] : [],
        );
        expect(new Set(statuses)).toEqual(new Set(claimed));
      });

      it('words, pictures, files and what has no kind here are among them', () => {
        const contents = incoming.flatMap(({ says }) => says as readonly { readonly content?: { kind: string } }[]);
        const kinds = contents.map(({ content }) => content?.kind);
        expect(kinds).toEqual(expect.arrayContaining(['text', 'image', 'file', 'unsupported']));
      });
    });

    const { handshake, account } = fixture;
    it('shakes hands where the fixture says so', () => {
      const settings = fixture.settings('http://127.0.0.1:1');
      expect(adapter.challenge === undefined).toBe(handshake === undefined);
      if (handshake === undefined) return;
      expect(adapter.challenge?.(new URLSearchParams(handshake.query), settings)).toBe(handshake.echo);
      for (const query of ['', ...handshake.refused])
        expect(adapter.challenge?.(new URLSearchParams(query), settings)).toBeUndefined();
    });

    describe.runIf(account !== undefined)('9. what concerns the account is one call, and never throws', () => {
      const asks = (['verifyCredentials', 'registerWebhook'] as const).filter((name) => adapter[name] !== undefined);
      const ask = (name: (typeof asks)[number], signal = AbortSignal.timeout(10_000)) =>
        adapter[name]?.({
          ...{ settings: fixture.settings(server.baseUrl), channelId: CHANNEL, platform: PLATFORM, signal },
          webhookUrl: 'https://parley.example/webhooks/x/y',
        });
      it.each(asks)('%s', async (name) => {
        server.answer = () => account?.confirmed ?? 'drop';
        expect(await ask(name)).toMatchObject({ kind: 'confirmed' });
        server.answer = () => account?.refused ?? 'drop';
        expect(await ask(name)).toMatchObject({ kind: 'refused', failure: { code: 'CREDENTIALS_INVALID' } });
        expect(calls()).toBe((name === 'registerWebhook' ? (account?.registrations ?? 1) : 1) + 1);
        for (const answer of ['drop', 'cut', { status: 200, body: 'OK' }] as const) {
          server.answer = () => answer;
          expect((await ask(name))?.kind).toBe('unknown');
        }
        server.answer = () => 'silence';
        expect((await ask(name, AbortSignal.timeout(100)))?.kind).toBe('unknown');
      });
    });

    const { templates } = fixture;
    it('14. can be asked for templates where the fixture says so', () => {
      expect(adapter.fetchTemplates === undefined).toBe(templates === undefined);
    });
    describe.runIf(templates !== undefined)(
      '14. fetchTemplates is one call that changes nothing, and never throws',
      () => {
        const fetchTemplates = ({
          after,
          signal = AbortSignal.timeout(10_000),
        }: { after?: string; signal?: AbortSignal } = {}) =>
          adapter.fetchTemplates?.({
            ...{ settings: fixture.settings(server.baseUrl), channelId: CHANNEL, platform: PLATFORM, signal },
            ...(after === undefined ? {} : { after }),
          });
        it('reads page after page', async () => {
          let after: string | undefined;
          for (const page of [0, 1] as const) {
            server.answer = () => templates?.pages[page] ?? 'drop';
            const answer = await fetchTemplates(after === undefined ? {} : { after });
            expect(answer).toMatchObject({ kind: 'page', templates: templates?.says[page] });
            expect(server.requests.at(-1)).toMatchObject({ method: 'GET', url: templates?.asked[page] });
            after = answer?.kind === 'page' ? answer.next : undefined;
            expect(after === undefined).toBe(page === 1);
          }
          expect(calls()).toBe(2);
        });

        it('tells a refusal, and what nobody can tell', async () => {
          server.answer = () => templates?.refused ?? 'drop';
          expect(await fetchTemplates()).toMatchObject({ kind: 'refused', failure: { code: 'CREDENTIALS_INVALID' } });
          for (const answer of [
            'drop',
            'cut',
            { status: 200, body: 'OK' },
            { status: 200, body: '{"data":1}' },
          ] as const) {
            server.answer = () => answer;
            expect((await fetchTemplates())?.kind).toBe('unknown');
          }
          server.answer = () => 'silence';
          expect((await fetchTemplates({ signal: AbortSignal.timeout(100) }))?.kind).toBe('unknown');
          expect(calls()).toBe(6);
        });
      },
    );

    const { media } = fixture;
    it('10. opens files where the fixture says so', () => {
      expect(adapter.fetchMedia === undefined).toBe(media === undefined);
    });
    describe.runIf(media !== undefined)(
      '10. fetchMedia makes at most one call, opens one file, and never throws',
      () => {
        const { mediaId = '', located, place = '', refusals = [] } = media ?? {};
        const opened: FilePlace[] = [];
        const fetchMedia = (options: { signal?: AbortSignal; id?: string } = {}) => {
          opened.length = 0;
          const { signal = AbortSignal.timeout(10_000), id = mediaId } = options;
          return adapter.fetchMedia?.({
            ...{
              settings: fixture.settings(server.baseUrl),
              channelId: CHANNEL,
              platform: PLATFORM,
              mediaId: id,
              signal,
            },
            open(file) {
              opened.push(file);
              return Promise.resolve({ kind: 'unavailable' });
            },
          });
        };

        it('answers what opening it comes to', async () => {
          server.answer = () => located ?? 'drop';
          expect(await fetchMedia()).toEqual({ kind: 'unavailable' });
          expect(calls()).toBe(located === undefined ? 0 : 1);
          expect(opened.map(({ url }) => url)).toEqual([`${server.baseUrl}${place}`]);
          expect(opened[0]?.baseUrl).toBe(server.baseUrl);
          expect(opened[0]?.credentialHosts).toBeUndefined();
          if (media?.credentials !== undefined) expect(opened[0]).toMatchObject({ credentials: media.credentials });
          if (media?.asked !== undefined) expect(server.requests.at(-1)?.url).toBe(media.asked);
        });

        it('says what it heard, and opens nothing then', async () => {
          const unclear = located === undefined ? [] : UNCLEAR.filter(([name]) => !/refusal|500/.test(name));
          for (const { answer, kind } of [...refusals, ...unclear.map(([, answer]) => ({ answer, kind: 'unknown' }))]) {
            server.answer = () => answer;
            expect(await fetchMedia(), JSON.stringify(answer)).toMatchObject({ kind });
            expect(opened).toEqual([]);
          }
        });

        it('ends with its signal', async () => {
          server.answer = () => 'silence';
          const end = await fetchMedia({ signal: AbortSignal.timeout(100) });
          expect(end?.kind).toBe(located === undefined ? 'unavailable' : 'unknown');
        });

        it('any id stays below its own API, or leads to what is judged', async () => {
          server.answer = () => located ?? 'drop';
          for (const id of ['', '../../x', 'http://127.0.0.1/', '\0', 'x'.repeat(5_000)]) await fetchMedia({ id });
          expect(opened.every(({ url }) => /^https?:\/\//.test(url))).toBe(true);
        });
      },
    );
    const { credentials } = fixture;
    it('11. exchanges credentials where the fixture says so', () => {
      expect(adapter.refresh === undefined).toBe(credentials === undefined);
    });

    describe.runIf(credentials !== undefined)('11. what concerns credentials is one call, and never throws', () => {
      const asks = (['exchange', 'recall'] as const).filter((name) => adapter.refresh?.[name] !== undefined);
      const ask = (name: (typeof asks)[number], signal = AbortSignal.timeout(10_000), baseUrl = server.baseUrl) => {
        const settings = credentials?.settings(baseUrl) ?? fixture.settings(baseUrl);
        return adapter.refresh?.[name]?.({ settings, channelId: CHANNEL, platform: PLATFORM, signal });
      };

      it('shows what it spends, and takes what comes instead', async () => {
        for (const { answer, changes } of credentials?.renewed ?? []) {
          server.answer = () => answer;
          expect(await ask('exchange')).toEqual({ kind: 'renewed', changes });
          const asked = server.requests.at(-1);
          expect(asked).toMatchObject({ method: 'POST', url: credentials?.asks.path });
          expect(JSON.parse(asked?.body.toString() ?? '')).toEqual(credentials?.asks.body);
          expect(adapter.parseSettings({ ...changes }, credentials?.settings(server.baseUrl))).toMatchObject({
            ok: true,
            value: changes,
          });
        }
      });

      it.each(asks)('%s says what was refused, what comes too soon, and what nobody knows', async (name) => {
        const { renewed = [], refused = [], throttled = [], elsewhere = [], unclear = [] } = credentials ?? {};
        for (const { answer, changes } of renewed) {
          server.answer = () => answer;
          expect(await ask(name)).toEqual({ kind: 'renewed', changes });
        }
        for (const answer of refused) {
          server.answer = () => answer;
          expect(await ask(name)).toMatchObject({ kind: 'refused' });
        }
        for (const { answer, retryAfterMs } of throttled) {
          server.answer = () => answer;
          expect(await ask(name)).toEqual({ kind: 'throttled', ...(retryAfterMs !== undefined && { retryAfterMs }) });
        }
        for (const answer of elsewhere) {
          server.answer = () => answer;
          expect(await ask(name)).toEqual({ kind: 'unavailable' });
        }
        const unheard = [...UNCLEAR.map(([, answer]) => answer), ...unclear];
        for (const answer of unheard) {
          server.answer = () => answer;
          expect(await ask(name)).toEqual({ kind: 'unknown' });
        }
        expect(calls()).toBe([renewed, refused, throttled, elsewhere, unheard].flat().length);
      });

      it.each(asks)('%s ends with its signal, and where nobody listens', async (name) => {
        server.answer = () => 'silence';
        expect(await ask(name, AbortSignal.timeout(100))).toEqual({ kind: 'unknown' });
        const gone = await startScriptedServer(() => 'drop');
        await gone.close();
        expect(await ask(name, AbortSignal.timeout(10_000), gone.baseUrl)).toEqual({ kind: 'unavailable' });
      });
    });

    it('normalizes an address once and for all', () => {
      for (const platform of adapter.platforms) {
        const normalized = adapter.normalizeAddress(platform, fixture.address);
        expect(normalized).toBeDefined();
        expect(adapter.normalizeAddress(platform, normalized ?? '')).toBe(normalized);
        expect(adapter.normalizeAddress(platform, '')).toBeUndefined();
      }
    });

    it('refuses settings by their field, whatever they are', () => {
      fc.assert(
        fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (input) => {
          const decision = adapter.parseSettings(input);
          if (!decision.ok) expect(decision.refusals.every(({ field }) => field.length > 0)).toBe(true);
        }),
      );
    });
  });
}
