import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { channelIds } from '../../src/events/kernel/ids.js';
import { createFileOpener, type FileOpener } from '../../src/media/open-file.js';
import { createBirdAdapter } from '../../src/providers/bird/adapter.js';
import { createWhatsAppAdapter } from '../../src/providers/meta-whatsapp/adapter.js';
import { placeBelow } from '../../src/providers/place-below.js';
import type { FilePlace, ProviderAdapter } from '../../src/providers/provider.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';

const BIRD = { workspaceId: 'ws-1', channelId: 'ch-1', accessKey: 'marker-key', signingKey: 's' };
const WHATSAPP = { phoneNumberId: '1100', accessToken: 'marker-token', appSecret: 's', verifyToken: 'v' };
const [BIRD_FILE, META_FILE] = ['https://media.nest.messagebird.com/m/1?x=2', 'https://lookaside.fbsbx.com/a/?mid=7'];

describe('where a file lies is what the provider says, unless another host was set for everything', () => {
  it.each([
    ['https://proxy.example', META_FILE, 'https://proxy.example/a/?mid=7'],
    ['https://proxy.example/meta/', META_FILE, 'https://proxy.example/meta/a/?mid=7'],
    ['https://proxy.example/meta', 'https://proxy.example/meta/a?b', 'https://proxy.example/meta/a?b'],
    ['https://proxy.example', 'http://proxy.example/a', 'https://proxy.example/a'],
    ['https://proxy.example', 'https://x.example//evil.example/a', 'https://proxy.example//evil.example/a'],
    ['https://proxy.example', 'https://user:pass@x.example/a#b', 'https://proxy.example/a'],
  ])('below %s: %s', (baseUrl, told, place) => expect(placeBelow(baseUrl, told)).toBe(place));

  let proxy: ScriptedServer;
  let canary: ScriptedServer;
  let opener: FileOpener;
  beforeAll(async () => {
    proxy = await startScriptedServer(() => 'drop');
    canary = await startScriptedServer(() => ({ status: 200, body: 'elsewhere' }));
    opener = createFileOpener({ isLoopbackAllowed: true });
  });
  afterAll(async () => {
    await opener.stop();
    for (const one of [proxy, canary]) await one.close();
  });
  let seen: number;
  beforeEach(() => void (seen = canary.requests.length));

  /** Where the adapter sends whoever opens the file; what it asks before is asked of `proxy`. */
  async function placeOf<Settings>(
    adapter: ProviderAdapter<Settings>,
    given: object,
    mediaId: string,
    open: (place: FilePlace) => ReturnType<FileOpener['open']> = () => Promise.resolve({ kind: 'gone' }),
  ) {
    const settings = adapter.parseSettings({ ...given });
    if (!settings.ok) throw new Error(JSON.stringify(settings.refusals));
    const places: FilePlace[] = [];
    const answer = await adapter.fetchMedia?.({
      ...{ settings: settings.value, mediaId, platform: 'WHATSAPP', signal: AbortSignal.timeout(10_000) },
      channelId: channelIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8058'),
      open(place) {
        places.push(place);
        return open(place);
      },
    });
    return { place: places[0], answer };
  }

  it('Bird: its own hosts are shown the key where none was set, and any other host never', async () => {
    const bird = createBirdAdapter();
    const { place: own } = await placeOf(bird, BIRD, BIRD_FILE);
    expect(own).toMatchObject({ url: BIRD_FILE, credentialHosts: ['media.nest.messagebird.com'] });
    const { place: set } = await placeOf(bird, { ...BIRD, apiBaseUrl: `${proxy.baseUrl}/bird/` }, BIRD_FILE);
    expect(set).toMatchObject({ url: `${proxy.baseUrl}/bird/m/1?x=2`, credentials: expect.any(Object) as object });
    expect(set?.credentialHosts).toBeUndefined();
    for (const apiBaseUrl of [undefined, proxy.baseUrl])
      for (const url of ['https://media.bird.com.evil.example/a', 'http://media.nest.messagebird.com/a']) {
        const { place } = await placeOf(bird, { ...BIRD, apiBaseUrl }, url);
        expect(place?.url).toBe(url);
        expect(place?.credentials).toBeUndefined();
      }
  });

  it('Meta: whatever host it names, the token goes to the one that was set, and is led nowhere else', async () => {
    const settings = { ...WHATSAPP, apiBaseUrl: `${proxy.baseUrl}/meta` };
    const open = (place: FilePlace) => opener.open(place, { range: undefined, signal: AbortSignal.timeout(10_000) });
    for (const told of [META_FILE, `${canary.baseUrl}/a/?mid=7`, `${proxy.baseUrl}/meta/a/?mid=7`]) {
      proxy.answer = ({ url }) =>
        url.includes('/a/') ? { status: 200, body: 'the file' } : { status: 200, body: JSON.stringify({ url: told }) };
      const { answer } = await placeOf(createWhatsAppAdapter(), settings, '7', open);
      expect(answer?.kind === 'opened' && (await text(answer.body))).toBe('the file');
      expect(proxy.requests.at(-1)).toMatchObject({
        ...{ url: '/meta/a/?mid=7', headers: { authorization: 'Bearer marker-token' } },
      });
    }
    expect(canary.requests.length).toBe(seen);
    proxy.answer = ({ url }) =>
      url.includes('/a/')
        ? { status: 302, headers: { location: `${canary.baseUrl}/led` } }
        : { status: 200, body: JSON.stringify({ url: META_FILE }) };
    const { answer } = await placeOf(createWhatsAppAdapter(), settings, '7', open);
    expect(answer?.kind === 'opened' && (await text(answer.body))).toBe('elsewhere');
    expect(canary.requests.at(-1)).toMatchObject({ url: '/led' });
    expect(canary.requests.at(-1)?.headers['authorization']).toBeUndefined();
  });
});
