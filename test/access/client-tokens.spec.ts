import { randomBytes } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { clientTokenSecret, isClientToken, readClientToken, signClientToken } from '../../src/access/client-tokens.js';
import { apiKeyIds, contactIds, conversationIds, workspaceIds } from '../../src/events/kernel/ids.js';

const UUID = '01890000-0000-7000-8000-000000000001';
const instanceSecret = randomBytes(32);
const secret = clientTokenSecret(instanceSecret, 'fingerprint');
const now = new Date('2026-01-01T00:00:00Z');
const token = {
  workspaceId: workspaceIds.fromUuid(UUID),
  keyId: apiKeyIds.fromUuid(UUID),
  conversationIds: [conversationIds.fromUuid(UUID)],
  contactIds: [contactIds.fromUuid(UUID)],
  issuedAt: now,
  expiresAt: new Date('2026-01-01T01:00:00Z'),
};
const claims = { key: token.keyId, conversations: token.conversationIds, contacts: token.contactIds };
const jwt = (changed: object = {}, alg = 'HS256') =>
  new SignJWT({ ...claims, ...changed })
    .setProtectedHeader({ alg, typ: 'JWT' })
    .setIssuer(secret.issuer)
    .setAudience('parley-client')
    .setSubject(token.workspaceId)
    .setIssuedAt(token.issuedAt)
    .setExpirationTime(token.expiresAt);
const read = (text: string, at = now) => readClientToken(secret, text, at);

describe('F31: a client token', () => {
  it('says what was signed, in whichever process of the instance', async () => {
    const text = await signClientToken(secret, token);
    expect(isClientToken(text)).toBe(true);
    expect(await readClientToken(clientTokenSecret(instanceSecret, 'fingerprint'), text, now)).toEqual(token);
    expect(await read(await jwt().sign(secret.key))).toEqual(token);
  });

  it('with a hundred conversations still fits into a header', async () => {
    const many = Array.from({ length: 100 }, () => conversationIds.fromUuid(UUID));
    const text = await signClientToken(secret, { ...token, conversationIds: many, contactIds: [] });
    expect(isClientToken(text)).toBe(true);
    expect((await read(text))?.conversationIds).toHaveLength(100);
  });

  const parts = async () => (await signClientToken(secret, token)).split('.');
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forgeries: readonly (readonly [string, () => Promise<string> | string])[] = [
    [
      'no algorithm',
      () =>
        new UnsecuredJWT({ ...claims })
          .setIssuer(secret.issuer)
          .setAudience('parley-client')
          .setSubject(token.workspaceId)
          .setIssuedAt(now)
          .setExpirationTime(token.expiresAt)
          .encode(),
    ],
    [
      'no algorithm over a signed body',
      async () => {
        const [, body] = await parts();
        return `${encode({ alg: 'none' })}.${body}.`;
      },
    ],
    ['another algorithm with the right key', () => jwt({}, 'HS512').sign(secret.key)],
    ['the key of another instance', () => jwt().sign(clientTokenSecret(randomBytes(32), 'fingerprint').key)],
    ['the instance secret itself as the key', () => jwt().sign(new Uint8Array(instanceSecret))],
    [
      'other claims than were signed',
      async () => {
        const [head, , signature] = await parts();
        return `${head}.${encode({ ...claims, conversations: [] })}.${signature}`;
      },
    ],
    ['another issuer', () => jwt().setIssuer('parley:other').sign(secret.key)],
    ['another audience', () => jwt().setAudience('elsewhere').sign(secret.key)],
    [
      'no end',
      () =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer(secret.issuer)
          .setAudience('parley-client')
          .setSubject(token.workspaceId)
          .setIssuedAt(now)
          .sign(secret.key),
    ],
    ['no key that made it', () => jwt({ key: undefined }).sign(secret.key)],
    ['ids of another kind', () => jwt({ conversations: [token.keyId] }).sign(secret.key)],
    ['nothing of a JWT', () => 'eyJ'],
  ];
  it.each(forgeries)('with %s is none', async (_what, forge) => {
    expect(await read(await forge())).toBeUndefined();
  });

  it('is none once its time is over', async () => {
    const text = await signClientToken(secret, token);
    expect(await read(text, new Date('2026-01-01T00:59:59Z'))).toEqual(token);
    expect(await read(text, token.expiresAt)).toBeUndefined();
  });
});
