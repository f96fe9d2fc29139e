import { readFileSync } from 'node:fs';
import { buildSchema, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PROVIDER_KINDS, type ProviderKind } from '../../src/events/channel/events.js';
import { birdSettings } from '../../src/providers/bird/settings.js';
import { botmakerSettings } from '../../src/providers/botmaker/settings.js';
import { cbotSettings } from '../../src/providers/cbot/settings.js';
import { instagramSettings } from '../../src/providers/meta-instagram/settings.js';
import { messengerSettings } from '../../src/providers/meta-messenger/settings.js';
import { whatsAppSettings } from '../../src/providers/meta-whatsapp/settings.js';
import { providerSlug } from '../../src/providers/registry.js';
import { baseUrl, parseSettingsBy, secret } from '../../src/providers/settings.js';
import { telegramSettings } from '../../src/providers/telegram/settings.js';
import { whautochatSettings } from '../../src/providers/whautochat/settings.js';
import { createAdapters } from '../../src/roles/providers.js';

const schema = z.strictObject({
  token: secret,
  spelled: secret.regex(/^[a-z]+$/).optional(),
  name: z.string().optional(),
  apiBaseUrl: baseUrl.optional(),
});
const GATEWAY = 'https://gateway.example/one';
const ELSEWHERE = 'https://elsewhere.example';
const before = { token: 'kept', spelled: 'kept', apiBaseUrl: GATEWAY };
const again = (name: string) => ({ field: [name], message: 'Give it again: where it is sent to changes.' });

describe('a change of where secrets are sent to', () => {
  it.each([
    ['host', ELSEWHERE],
    ['port', 'https://gateway.example:8443/one'],
    ['scheme', 'http://gateway.example/one'],
    ['host behind a user name', 'https://gateway.example@elsewhere.example/one'],
  ])('is refused without the secrets: another %s', (_name, apiBaseUrl) => {
    const refusals = [again('token'), again('spelled')];
    expect(parseSettingsBy(schema, { apiBaseUrl }, before)).toEqual({ ok: false, refusals });
  });

  it("is refused away from the provider's own host, and only for secrets that there are", () => {
    const changed = parseSettingsBy(schema, { apiBaseUrl: ELSEWHERE }, { token: 'kept' });
    expect(changed).toEqual({ ok: false, refusals: [again('token')] });
  });

  it('names only what was not given', () => {
    const changed = parseSettingsBy(schema, { apiBaseUrl: ELSEWHERE, token: 'new' }, before);
    expect(changed).toEqual({ ok: false, refusals: [again('spelled')] });
  });

  it.each([
    ['all are given', { apiBaseUrl: ELSEWHERE, token: 'new', spelled: 'new' }],
    ['one is given as it was', { apiBaseUrl: ELSEWHERE, token: 'kept', spelled: 'new' }],
    ['one is taken away', { apiBaseUrl: ELSEWHERE, token: 'new', spelled: null }],
    ['only the path is another', { apiBaseUrl: 'https://gateway.example/two' }],
    ["it goes back to the provider's own host", { apiBaseUrl: null }],
    ['something else changes', { name: 'Shop' }],
  ])('passes where %s', (_name, given) => {
    expect(parseSettingsBy(schema, given, before)).toMatchObject({ ok: true });
  });

  it('has paths of the provider behind it, and so no query of its own', () => {
    for (const apiBaseUrl of ['https://gateway.example/?key=k', 'https://gateway.example/#top'])
      expect(parseSettingsBy(schema, { token: 'new', apiBaseUrl })).toMatchObject({
        ...{ ok: false, refusals: [{ field: ['apiBaseUrl'] }] },
      });
  });

  it('is nothing to a new channel', () => {
    expect(parseSettingsBy(schema, { token: 'new', apiBaseUrl: ELSEWHERE })).toMatchObject({ ok: true });
  });
});

/** What is refused of a provider's settings: where only the host changes, and where one is named that there isn't. */
function settingsOf<Settings extends object>(
  schema: Parameters<typeof parseSettingsBy<Settings>>[0],
  had: Settings,
  moved: Readonly<Record<string, unknown>> = { apiBaseUrl: ELSEWHERE },
) {
  const refused = (...given: [given: Readonly<Record<string, unknown>>, before?: Settings]): string[] => {
    const decision = parseSettingsBy(schema, ...given);
    return decision.ok ? [] : decision.refusals.map(({ field }) => field.join('.'));
  };
  return {
    names: Object.keys(schema.shape),
    ofMove: () => refused(moved, had),
    ofStranger: () => refused({ ...had, pigeon: 'white' }),
  };
}

const graph = { accessToken: 'a', appSecret: 'b', verifyToken: 'c' };
const login = { clientId: 'c', secretId: 's', refreshToken: 'r' };
const cbot = { flavour: 'CLOUD', apiKey: 'k', webhookUsername: 'u', webhookPassword: 'p' } as const;
const PROVIDERS = {
  bird: settingsOf(birdSettings, { workspaceId: 'w', channelId: 'c', accessKey: 'k', signingKey: 's' }),
  botmaker: settingsOf(botmakerSettings, { channelId: 'c', accessToken: 'a', webhookToken: 'w', ...login }),
  cbot: settingsOf(cbotSettings, { ...cbot, baseUrl: GATEWAY }, { baseUrl: ELSEWHERE }),
  'meta-instagram': settingsOf(instagramSettings, { accountId: '1', ...graph }),
  'meta-messenger': settingsOf(messengerSettings, { pageId: '1', ...graph }),
  'meta-whatsapp': settingsOf(whatsAppSettings, { phoneNumberId: '1', ...graph }),
  telegram: settingsOf(telegramSettings, { botToken: '1:a', secretToken: 's' }),
  whautochat: settingsOf(whautochatSettings, { workspaceId: 'w', apiKey: 'k', webhookSecret: 's' }),
} as const;
const SECRETS: Readonly<Record<keyof typeof PROVIDERS, readonly string[]>> = {
  bird: ['accessKey', 'signingKey'],
  botmaker: ['accessToken', 'webhookToken', 'secretId', 'refreshToken'],
  cbot: ['apiKey', 'webhookUsername', 'webhookPassword'],
  'meta-instagram': Object.keys(graph),
  'meta-messenger': Object.keys(graph),
  'meta-whatsapp': Object.keys(graph),
  telegram: ['botToken', 'secretToken'],
  whautochat: ['apiKey', 'webhookSecret'],
};
const names = Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[];

describe('the secrets of a channel stay where they were given for', () => {
  it.each(names)('%s', (name) => {
    expect(PROVIDERS[name].ofMove()).toEqual(SECRETS[name]);
  });
});

describe('a channel takes the settings that its page lists, and no other', () => {
  /** The names in the first column of the page's table of settings. */
  function listedFor(name: string): string[] {
    const page = readFileSync(new URL(`../../docs/providers/${name}.md`, import.meta.url), 'utf8');
    const [, table = ''] = /^\| setting .*\n\|[ |-]*\n((?:\|.*\n)+)/m.exec(page) ?? [];
    return table
      .split('\n')
      .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, one = '']) => one));
  }
  it.each(names)('%s', (name) => {
    expect(listedFor(name).sort()).toEqual([...PROVIDERS[name].names].sort());
    expect(PROVIDERS[name].ofStranger()).toEqual(['pigeon']);
  });
});

/** A channel with every setting that there is, and which of them are needed. */
const WHOLE: readonly (readonly [kind: ProviderKind, needed: readonly string[], settings: object])[] = [
  [
    'BIRD',
    ['workspaceId', 'channelId', 'accessKey', 'signingKey'],
    {
      ...{ workspaceId: 'w', channelId: 'c', accessKey: 'k', signingKey: 's', organizationId: 'o' },
      ...{ authScheme: 'Bearer', webhookSubscriptionPath: '/{workspaceId}/hooks', apiBaseUrl: GATEWAY },
    },
  ],
  [
    'BOTMAKER',
    ['channelId', 'accessToken', 'webhookToken'],
    { channelId: 'c', accessToken: 'a', webhookToken: 'w', ...login, apiBaseUrl: GATEWAY },
  ],
  [
    'CBOT',
    ['flavour', 'baseUrl', 'apiKey', 'webhookUsername', 'webhookPassword'],
    { ...cbot, baseUrl: GATEWAY, apiKeyHeader: 'Authorization', apiKeyPrefix: 'Bearer', namespace: 'n' },
  ],
  [
    'WHAUTOCHAT',
    ['workspaceId', 'apiKey'],
    {
      ...{ workspaceId: 'w', apiKey: 'k', webhookSecret: 's', templateFormat: 'string' },
      ...{ templateParameters: { '1': 'firstName' }, apiBaseUrl: GATEWAY },
    },
  ],
  [
    'META_WHATSAPP',
    ['phoneNumberId', ...Object.keys(graph)],
    { phoneNumberId: '1', wabaId: '2', ...graph, apiVersion: 'v25.0', apiBaseUrl: GATEWAY },
  ],
  [
    'META_MESSENGER',
    ['pageId', ...Object.keys(graph)],
    { pageId: '1', ...graph, messageTags: ['HUMAN_AGENT'], apiVersion: 'v25.0', apiBaseUrl: GATEWAY },
  ],
  [
    'META_INSTAGRAM',
    ['accountId', ...Object.keys(graph)],
    { accountId: '1', ...graph, login: 'PAGE', apiVersion: 'v25.0', apiBaseUrl: GATEWAY },
  ],
  ['TELEGRAM', ['botToken', 'secretToken'], { botToken: '1:a', secretToken: 's', apiBaseUrl: GATEWAY }],
];

describe('each setting is taken, and judged by itself', () => {
  it.each(WHOLE)('%s', (kind, needed, settings) => {
    const adapter = createAdapters(() => undefined).find((one) => one.kind === kind);
    const slug = providerSlug(kind) as keyof typeof PROVIDERS;
    expect(Object.keys(settings).sort()).toEqual([...PROVIDERS[slug].names].sort());
    expect(adapter?.parseSettings({ ...settings })).toEqual({ ok: true, value: settings });
    const refusedOf = (given: object) => {
      const decision = adapter?.parseSettings({ ...given });
      return decision?.ok === false ? decision.refusals : [];
    };
    for (const name of Object.keys(settings)) {
      const without = refusedOf({ ...settings, [name]: undefined }).map(({ field }) => field.join('.'));
      // Credentials that are exchanged are needed together, or not at all.
      expect(without, name).toEqual(needed.includes(name) || (kind === 'BOTMAKER' && name in login) ? [name] : []);
      for (const wrong of [7, [], '', 'a\r\nb', { x: 1 }]) {
        const [first] = refusedOf({ ...settings, [name]: wrong });
        if (name === 'messageTags' && Array.isArray(wrong)) continue;
        expect(first?.field[0], `${name}: ${JSON.stringify(wrong)}`).toBe(name);
        expect(first?.message).toMatch(/^[A-Z1].{5,}\.$/s);
      }
    }
  });

  it('every provider is among them', () => {
    expect(WHOLE.map(([kind]) => kind).sort()).toEqual(PROVIDER_KINDS.filter((kind) => kind !== 'SANDBOX').sort());
  });

  it('none is ever shown: no type that is answered has them', () => {
    const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
    const shown = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
    );
    const own = new Set(WHOLE.flatMap(([, , settings]) => [...Object.keys(settings), 'settings']));
    expect(shown.filter((one) => one.startsWith('Channel.')).length).toBeGreaterThan(5);
    expect(shown.filter((one) => /^Channel\w*\./.test(one) && own.has(one.split('.')[1] ?? ''))).toEqual([]);
  });
});
