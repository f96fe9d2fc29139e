import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { birdSettings } from '../../src/providers/bird/settings.js';
import { botmakerSettings } from '../../src/providers/botmaker/settings.js';
import { cbotSettings } from '../../src/providers/cbot/settings.js';
import { instagramSettings } from '../../src/providers/meta-instagram/settings.js';
import { messengerSettings } from '../../src/providers/meta-messenger/settings.js';
import { whatsAppSettings } from '../../src/providers/meta-whatsapp/settings.js';
import { baseUrl, parseSettingsBy, secret } from '../../src/providers/settings.js';
import { telegramSettings } from '../../src/providers/telegram/settings.js';
import { whautochatSettings } from '../../src/providers/whautochat/settings.js';

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

  it('is nothing to a new channel', () => {
    expect(parseSettingsBy(schema, { token: 'new', apiBaseUrl: ELSEWHERE })).toMatchObject({ ok: true });
  });
});

const graph = { accessToken: 'a', appSecret: 'b', verifyToken: 'c' };
const login = { clientId: 'c', secretId: 's', refreshToken: 'r' };
const carriedOff = [
  ['BIRD', () => move(birdSettings, { workspaceId: 'w', channelId: 'c', accessKey: 'k', signingKey: 's' })],
  ['BOTMAKER', () => move(botmakerSettings, { channelId: 'c', accessToken: 'a', webhookToken: 'w', ...login })],
  ['CBOT', () => move(cbotSettings, { ...cbot, baseUrl: GATEWAY }, { baseUrl: ELSEWHERE })],
  ['META_INSTAGRAM', () => move(instagramSettings, { accountId: '1', ...graph })],
  ['META_MESSENGER', () => move(messengerSettings, { pageId: '1', ...graph })],
  ['META_WHATSAPP', () => move(whatsAppSettings, { phoneNumberId: '1', ...graph })],
  ['TELEGRAM', () => move(telegramSettings, { botToken: '1:a', secretToken: 's' })],
  ['WHAUTOCHAT', () => move(whautochatSettings, { workspaceId: 'w', apiKey: 'k', webhookSecret: 's' })],
] as const;
const cbot = { flavour: 'CLOUD', apiKey: 'k', webhookUsername: 'u', webhookPassword: 'p' } as const;
const SECRETS: Readonly<Record<(typeof carriedOff)[number][0], readonly string[]>> = {
  BIRD: ['accessKey', 'signingKey'],
  BOTMAKER: ['accessToken', 'webhookToken', 'secretId', 'refreshToken'],
  CBOT: ['apiKey', 'webhookUsername', 'webhookPassword'],
  META_INSTAGRAM: Object.keys(graph),
  META_MESSENGER: Object.keys(graph),
  META_WHATSAPP: Object.keys(graph),
  TELEGRAM: ['botToken', 'secretToken'],
  WHAUTOCHAT: ['apiKey', 'webhookSecret'],
};

/** Which settings must be given again where only the host changes. */
function move<Settings extends object>(
  settings: Parameters<typeof parseSettingsBy<Settings>>[0],
  had: Settings,
  given: Readonly<Record<string, unknown>> = { apiBaseUrl: ELSEWHERE },
): string[] {
  const changed = parseSettingsBy(settings, given, had);
  return changed.ok ? [] : changed.refusals.map(({ field }) => field.join('.'));
}

describe('the secrets of a channel stay where they were given for', () => {
  it.each(carriedOff)('%s', (provider, moved) => {
    expect(moved()).toEqual(SECRETS[provider]);
  });
});
