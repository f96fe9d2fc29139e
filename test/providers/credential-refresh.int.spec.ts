import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.js';
import { channelIds, workspaceIds, type ChannelId } from '../../src/events/kernel/ids.js';
import { createOutbox } from '../../src/events/outbox/create-outbox.js';
import { stopAll, withTimeout, type Running } from '../../src/lifecycle.js';
import { createBotmakerAdapter } from '../../src/providers/botmaker/adapter.js';
import { createChannelDirectory } from '../../src/providers/create-channel-directory.js';
import { createCredentialRefresher } from '../../src/providers/create-credential-refresher.js';
import { keepCredentials } from '../../src/providers/credential-keeper.js';
import { refreshingProviders } from '../../src/providers/refreshing-providers.js';
import { createProviderRegistry } from '../../src/providers/registry.js';
import { tokenHashOf } from '../../src/providers/spent-tokens.js';
import { loadInstanceSecret } from '../../src/secrets/instance-secret.js';
import { openCommandBench, type CommandBench } from '../support/command-bench.js';
import { eventually } from '../support/eventually.js';
import { testLog } from '../support/log.js';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.js';
import { startScriptedServer, type ScriptedAnswer, type ScriptedServer } from '../support/scripted-server.js';

interface Credentials {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** What a dispatcher has of its own: a pool, a directory, what it remembers. */
interface Dispatching extends Running {
  readonly directory: Awaited<ReturnType<typeof createChannelDirectory>>;
  readonly refresher: ReturnType<typeof createCredentialRefresher>;
  send(channelId: ChannelId, signal?: AbortSignal): Promise<string>;
}

/** An account of Botmaker's, which takes one access token, and a refresh token once. */
describe('credentials that end', () => {
  let bench: CommandBench;
  let server: ScriptedServer;
  let processes: Dispatching[];
  let good: Credentials;
  /** Other than it should be: what an exchange, or a recall, is answered. */
  let exchange: (() => ScriptedAnswer | Promise<ScriptedAnswer>) | undefined;
  let recall: (() => ScriptedAnswer) | undefined;
  let round = 0;

  beforeAll(async () => {
    bench = await openCommandBench();
    await loadInstanceSecret(bench.database, bench.box);
    server = await startScriptedServer(() => 'drop');
    server.answer = async ({ method, url, headers, body }) => {
      const isKnown = headers['access-token'] === good.accessToken;
      if (url !== '/v2.0/auth/credentials')
        return isKnown ? json(202, { webhookNotificationId: 'job' }) : { status: 401 };
      if (method === 'GET') return recall?.() ?? (isKnown ? json(200, good) : { status: 401 });
      if (exchange !== undefined) return exchange();
      const shown = (JSON.parse(body.toString()) as Credentials).refreshToken;
      if (shown !== good.refreshToken) return { status: 401 };
      good = next();
      return json(200, { ...good, clientId: 'client', secretId: 'secret-id' });
    };
  });
  afterAll(async () => {
    await bench.stop();
    await server.close();
  });
  beforeEach(() => {
    good = next();
    processes = [];
    exchange = undefined;
    recall = undefined;
  });
  afterEach(() => stopAll(processes));

  const next = (): Credentials => ({ accessToken: `access-${(round += 1)}-x`, refreshToken: `refresh-${round}-x` });
  const json = (status: number, body: unknown) => ({ status, body: JSON.stringify(body) });
  const shown = () =>
    server.requests
      .filter(({ method, url }) => method === 'POST' && url.endsWith('/auth/credentials'))
      .map(({ body }) => (JSON.parse(body.toString()) as Credentials).refreshToken);
  const timesShown = (token: string) => shown().filter((one) => one === token).length;

  async function startProcess(now: () => Date = () => new Date(), url = bench.databaseUrl): Promise<Dispatching> {
    const database = openDatabase(url, testLog);
    const { box, log, identity } = bench;
    const outbox = createOutbox({ database, log, fingerprint: identity.fingerprint, logger: testLog });
    const directory = await createChannelDirectory({ database, box, logger: testLog });
    const clock = { now };
    const refresher = createCredentialRefresher({ database, box, outbox, directory, clock, logger: testLog });
    const providers = refreshingProviders(createProviderRegistry([createBotmakerAdapter()]), refresher);
    const keeper = keepCredentials({ directory, providers, refresher, clock, everyMs: 50 });
    const process: Dispatching = {
      ...{ directory, refresher },
      async send(channelId, signal = AbortSignal.timeout(10_000)) {
        const channel = await directory.find(channelId);
        const outcome = await providers.get('BOTMAKER')?.send({
          ...{ settings: channel?.settings, channelId, platform: 'WHATSAPP', address: '+31600000001' },
          ...{ reference: randomUUID(), part: 0, call: 1, webhookUrl: 'https://parley.example/' },
          content: { kind: 'text', text: 'Hi', actions: [], attachments: [] },
          signal,
        });
        return outcome?.kind ?? 'none';
      },
      stop: () => stopAll([{ stop: () => database.close() }, directory, outbox, refresher, keeper]),
    };
    processes.push(process);
    return process;
  }

  type Given = Partial<Credentials> & { readonly colour?: string };
  async function connect(given: Given = {}, caller = bench.caller): Promise<ChannelId> {
    const settings = {
      ...{ channelId: 'shop-whatsapp-31200000000', webhookToken: 'w', clientId: 'client', secretId: 'secret-id' },
      ...{ apiBaseUrl: server.baseUrl, ...good, ...given },
    };
    const id = channelIds.fromUuid(randomUUID());
    await bench.database.pool.query(
      `insert into config.channels (id, workspace_id, name, provider, platform, settings_sealed)
       values ($1, $2, 'Shop', 'BOTMAKER', 'WHATSAPP', $3)`,
      [
        channelIds.toUuid(id),
        workspaceIds.toUuid(caller.workspaceId),
        bench.box.seal(Buffer.from(JSON.stringify(settings))),
      ],
    );
    return id;
  }

  /** The token ends; what the channel has is refused. */
  const end = () => void (good = { ...good, accessToken: `${good.accessToken}-ended` });

  async function stored(id: ChannelId): Promise<Credentials & { readonly webhookToken: string }> {
    const { rows } = await bench.database.pool.query<{ settings_sealed: Buffer }>(
      'select settings_sealed from config.channels where id = $1',
      [channelIds.toUuid(id)],
    );
    return JSON.parse(bench.box.open(rows[0]?.settings_sealed ?? Buffer.alloc(0)).toString()) as never;
  }
  const audited = async (id: ChannelId) =>
    (await bench.events()).filter(
      ({ event }) => event.type === 'audit.recorded' && (event.data as { subjectId?: unknown }).subjectId === id,
    );

  it('are exchanged by one of all that find out at the same moment, and the others use what came', async () => {
    const id = await connect();
    const { refreshToken } = good;
    await Promise.all([startProcess(), startProcess(), startProcess()]);
    end();
    const outcomes = await Promise.all(processes.flatMap(({ send }) => Array.from({ length: 10 }, () => send(id))));
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    expect(timesShown(refreshToken)).toBe(1);
    expect(await stored(id)).toMatchObject({ ...good, webhookToken: 'w' });
    await eventually(async () => expect(await audited(id)).toHaveLength(1));
    expect((await audited(id))[0]?.event.data).toEqual({
      ...{ action: 'channel.refresh_credentials', actorKeyId: null, subjectId: id },
    });
    await eventually(() =>
      expect(processes.map(({ directory }) => directory.get(id)?.settings)).toEqual(
        processes.map(() => expect.objectContaining(good) as unknown),
      ),
    );
  });

  it('are exchanged once, also where somebody comes with the old ones after that', async () => {
    const id = await connect();
    const { refreshToken } = good;
    const process = await startProcess();
    const old = (await process.directory.find(id))?.settings;
    end();
    expect(await process.send(id)).toBe('accepted');
    const late = await process.refresher.renew({
      ...{ adapter: createBotmakerAdapter(), channelId: id, platform: 'WHATSAPP', settings: old },
    });
    expect(late).toMatchObject({ kind: 'renewed', settings: good });
    expect(timesShown(refreshToken)).toBe(1);
  });

  it('are exchanged before they end', async () => {
    const exp = Math.floor(Date.now() / 1_000) + 40 * 86_400;
    const accessToken = `h.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.s`;
    good = { ...good, accessToken };
    const { refreshToken } = good;
    const id = await connect();
    let now = new Date();
    await startProcess(() => now);
    await startProcess(() => now);
    expect(await processes[0]?.send(id)).toBe('accepted');
    expect(timesShown(refreshToken)).toBe(0);
    now = new Date(now.getTime() + 11 * 86_400_000);
    await eventually(async () => expect((await stored(id)).accessToken).not.toBe(accessToken));
    expect(await stored(id)).toMatchObject(good);
    expect(timesShown(refreshToken)).toBe(1);
  });

  it('of one account stand in several channels of a workspace, and change in all of them', async () => {
    const [id, sibling, other] = [await connect(), await connect(), await connect({ refreshToken: 'of-another' })];
    const stranger = await connect({}, await bench.stranger());
    const { refreshToken } = good;
    const process = await startProcess();
    end();
    expect(await process.send(id)).toBe('accepted');
    expect(await process.send(sibling)).toBe('accepted');
    expect(await stored(sibling)).toMatchObject(good);
    expect((await stored(other)).refreshToken).toBe('of-another');
    // Another workspace's channel shows the token as little as anybody else, and gets nothing of this one's.
    expect(await process.send(stranger)).toBe('rejected');
    expect((await stored(stranger)).refreshToken).toBe(refreshToken);
    expect(timesShown(refreshToken)).toBe(1);
  });

  it("are stored also in settings that no channel would be given today, its own and a sibling's", async () => {
    const [id, sibling] = [await connect({ colour: 'red' }), await connect({ colour: 'blue' })];
    const process = await startProcess();
    end();
    expect(await process.send(id)).toBe('accepted');
    expect(await stored(id)).toMatchObject({ ...good, colour: 'red' });
    expect(await stored(sibling)).toMatchObject({ ...good, colour: 'blue' });
  });

  it('leave alone what somebody changed meanwhile', async () => {
    const id = await connect();
    const process = await startProcess();
    end();
    const { refreshToken } = good;
    let answer: (given: ScriptedAnswer) => void = () => undefined;
    exchange = () => new Promise<ScriptedAnswer>((resolve) => (answer = resolve));
    const sending = process.send(id);
    await eventually(() => expect(timesShown(refreshToken)).toBe(1));
    const changed = { ...(await stored(id)), webhookToken: 'changed' };
    await bench.database.pool.query('update config.channels set settings_sealed = $2 where id = $1', [
      channelIds.toUuid(id),
      bench.box.seal(Buffer.from(JSON.stringify(changed))),
    ]);
    good = next();
    answer(json(200, good));
    expect(await sending).toBe('accepted');
    expect(await stored(id)).toMatchObject({ ...good, webhookToken: 'changed' });
  });

  it('go to nobody who was given other ones meanwhile', async () => {
    const id = await connect();
    const process = await startProcess();
    end();
    const { refreshToken } = good;
    let answer: (given: ScriptedAnswer) => void = () => undefined;
    exchange = () => new Promise<ScriptedAnswer>((resolve) => (answer = resolve));
    const sending = process.send(id);
    await eventually(() => expect(timesShown(refreshToken)).toBe(1));
    const entered = { ...(await stored(id)), ...next() };
    await bench.database.pool.query('update config.channels set settings_sealed = $2 where id = $1', [
      channelIds.toUuid(id),
      bench.box.seal(Buffer.from(JSON.stringify(entered))),
    ]);
    good = { accessToken: entered.accessToken, refreshToken: entered.refreshToken };
    answer(json(200, next()));
    expect(await sending).toBe('accepted');
    expect(await stored(id)).toEqual(entered);
  });

  it('wait for a provider that takes no more of them at the moment, and no message fails of it', async () => {
    const id = await connect();
    const { refreshToken } = good;
    const process = await startProcess();
    end();
    exchange = () => ({ status: 429 });
    expect(await process.send(id)).toBe('unavailable');
    // Not at once again, by whomever: it bears three in a minute.
    expect(await (await startProcess()).send(id)).toBe('unavailable');
    expect(timesShown(refreshToken)).toBe(1);
    exchange = undefined;
    await rested(refreshToken);
    expect(await process.send(id)).toBe('accepted');
    expect(timesShown(refreshToken)).toBe(2);
  });

  it.each([302, 403, 404])('are not spent on who is not asked for them at all: %i', async (status) => {
    const id = await connect();
    const { refreshToken } = good;
    const process = await startProcess();
    end();
    exchange = () => ({ status });
    expect(await process.send(id)).toBe('unavailable');
    exchange = undefined;
    await rested(refreshToken);
    expect(await process.send(id)).toBe('accepted');
    expect(await stored(id)).toMatchObject(good);
  });

  /** As if the pause were over. */
  const rested = (token: string) =>
    bench.database.pool.query('update config.spent_tokens set lease_until = now() where token_hash = $1', [
      tokenHashOf(token),
    ]);

  it('whose answer was lost are asked for with those that still work, and not exchanged again', async () => {
    const id = await connect();
    const process = await startProcess();
    end();
    const { refreshToken } = good;
    const renewed = next();
    exchange = () => {
      good = renewed;
      return 'cut';
    };
    recall = () => json(200, renewed);
    expect(await process.send(id)).toBe('accepted');
    expect(await stored(id)).toMatchObject(renewed);
    expect(timesShown(refreshToken)).toBe(1);
  });

  it('whose answer was lost for good are the end: the token is never shown again', async () => {
    const id = await connect();
    const process = await startProcess();
    end();
    const { refreshToken } = good;
    exchange = () => 'cut';
    recall = () => json(200, { accessToken: 'the-old-one', refreshToken });
    expect(await process.send(id)).toBe('rejected');
    exchange = undefined;
    expect(await process.send(id)).toBe('rejected');
    expect(await (await startProcess()).send(id)).toBe('rejected');
    expect(timesShown(refreshToken)).toBe(1);
    expect((await stored(id)).refreshToken).toBe(refreshToken);
  });

  describe('while Postgres is away', () => {
    let proxy: PostgresProxy;
    beforeEach(async () => {
      proxy = await startPostgresProxy(bench.databaseUrl);
    });
    afterEach(async () => {
      proxy.heal();
      await stopAll(processes.splice(0));
      await proxy.close();
    });

    it('are kept by who got them, and stored when it is back', async () => {
      const id = await connect();
      const process = await startProcess(undefined, proxy.url);
      expect(await process.send(id)).toBe('accepted');
      end();
      const { refreshToken } = good;
      exchange = () => {
        proxy.cut();
        good = next();
        return json(200, good);
      };
      const sending = process.send(id);
      await eventually(() => expect(timesShown(refreshToken)).toBe(1));
      // Longer than the first tries take, all of which fail.
      expect(await withTimeout(300, sending, 'is kept')).toBe('is kept');
      proxy.heal();
      expect(await sending).toBe('accepted');
      expect(await stored(id)).toMatchObject(good);
      expect(timesShown(refreshToken)).toBe(1);
    });

    it('are exchanged also where nobody heard that the turn was taken', async () => {
      const id = await connect();
      const process = await startProcess(undefined, proxy.url);
      expect(await process.send(id)).toBe('accepted');
      end();
      const { refreshToken } = good;
      const taken = proxy.holdAnswer(({ sql }) => sql.includes('insert into config.spent_tokens'));
      const sending = process.send(id);
      await taken.reached;
      proxy.reset();
      taken.release();
      expect(await sending).toBe('accepted');
      expect(timesShown(refreshToken)).toBe(1);
    });
  });

  it('that a process died over are the end, or are asked for; and the token is not shown again', async () => {
    const id = await connect();
    const { refreshToken } = good;
    // What a process leaves behind that was killed after it took its turn: whether it showed the token, nobody knows.
    await bench.database.pool.query(
      `insert into config.spent_tokens (token_hash, channel_id, state, lease_token, lease_until)
       values ($1, $2, 'asking', $3, now() + interval '0.3 seconds')`,
      [tokenHashOf(refreshToken), channelIds.toUuid(id), randomUUID()],
    );
    const renewed = next();
    good = renewed;
    recall = () => json(200, renewed);
    const process = await startProcess();
    // Until its lease has run out somebody may still be waiting for the answer.
    expect(await process.send(id)).toBe('accepted');
    expect(timesShown(refreshToken)).toBe(0);
    expect(await stored(id)).toMatchObject(renewed);
  });

  it('that are refused at once after an exchange are not exchanged again', async () => {
    const id = await connect();
    const process = await startProcess();
    end();
    expect(await process.send(id)).toBe('accepted');
    const { refreshToken } = good;
    end();
    expect(await process.send(id)).toBe('rejected');
    expect(timesShown(refreshToken)).toBe(0);
    await bench.database.pool.query(`update config.spent_tokens set settled_at = now() - interval '2 hours'`);
    expect(await process.send(id)).toBe('accepted');
    expect(timesShown(refreshToken)).toBe(1);
  });

  it('are exchanged behind the back of who does not wait', async () => {
    const id = await connect();
    const process = await startProcess();
    end();
    let answer: (given: ScriptedAnswer) => void = () => undefined;
    exchange = () => new Promise<ScriptedAnswer>((resolve) => (answer = resolve));
    const hurry = new AbortController();
    const sending = process.send(id, hurry.signal);
    const { refreshToken } = good;
    await eventually(() => expect(timesShown(refreshToken)).toBe(1));
    hurry.abort();
    expect(await sending).toBe('unavailable');
    good = next();
    answer(json(200, good));
    await eventually(async () => expect(await stored(id)).toMatchObject(good));
  });

  it('are waited for by who stops, who begins no other exchange', async () => {
    const [id, other] = [await connect(), await connect({ refreshToken: 'of-another' })];
    const process = await startProcess();
    end();
    let answer: (given: ScriptedAnswer) => void = () => undefined;
    exchange = () => new Promise<ScriptedAnswer>((resolve) => (answer = resolve));
    const sending = process.send(id);
    const { refreshToken } = good;
    await eventually(() => expect(timesShown(refreshToken)).toBe(1));
    const stopped = process.refresher.stop();
    expect(await process.send(other)).toBe('unavailable');
    // Longer than it would wait for whatever is of less worth.
    expect(await withTimeout(2_200, stopped, 'is waited for')).toBe('is waited for');
    good = next();
    answer(json(200, good));
    await stopped;
    expect(await stored(id)).toMatchObject(good);
    expect(await sending).toBe('accepted');
    expect(timesShown('of-another')).toBe(0);
  });

  it('without a refresh token are refused as they are', async () => {
    const process = await startProcess();
    const id = await connect({ refreshToken: undefined });
    end();
    expect(await process.send(id)).toBe('rejected');
  });
});
