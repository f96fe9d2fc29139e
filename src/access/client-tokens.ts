import { hkdfSync } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Database } from '../database/database.js';
import { createMicroBatch } from '../database/micro-batch.js';
import type { Clock } from '../events/kernel/clock.js';
import {
  apiKeyIds,
  contactIds,
  conversationIds,
  workspaceIds,
  type ApiKeyId,
  type IdCodec,
  type WorkspaceId,
} from '../events/kernel/ids.js';
import { findKeyHolders, hasExpired } from './caller-rows.js';
import type { Caller, ReadLimits, Scope } from './caller.js';

/** What a client token may do at most; each only if the key that made it may do it too. */
export const CLIENT_SCOPES: readonly Scope[] = ['MESSAGES_READ', 'CONTACTS_READ'];
/** Conversations and contacts together: a token is sent with each request, and headers have their bound. */
export const CLIENT_TOKEN_IDS_MAX = 100;
/** Above what so many ids come to, 5 KB. */
const TOKEN_LENGTH_MAX = 8_192;
const ALGORITHM = 'HS256';
const AUDIENCE = 'parley-client';
const BATCH_MAX = 500;
const WAITING_MAX = 10_000;

/** What client tokens are signed with: the same in every process of an instance, and no other has it. */
export interface ClientTokenSecret {
  readonly key: Uint8Array;
  readonly issuer: string;
}

/** Derived of the instance secret (rule 5), so that it needs no keeping of its own. */
export const clientTokenSecret = (instanceSecret: Buffer, fingerprint: string): ClientTokenSecret => ({
  key: new Uint8Array(hkdfSync('sha256', instanceSecret, '', 'parley client tokens', 32)),
  issuer: `parley:${fingerprint}`,
});

export interface ClientToken extends ReadLimits {
  readonly workspaceId: WorkspaceId;
  /** The key that made it: it is good as long as that is. */
  readonly keyId: ApiKeyId;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** As text, for a browser. */
export const signClientToken = ({ key, issuer }: ClientTokenSecret, token: ClientToken): Promise<string> =>
  new SignJWT({ key: token.keyId, conversations: token.conversationIds, contacts: token.contactIds })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setSubject(token.workspaceId)
    .setIssuedAt(token.issuedAt)
    .setExpirationTime(token.expiresAt)
    .sign(key);

/** Whether it is worth verifying: a JWT begins with an object in base64url. */
export const isClientToken = (secret: string): boolean => secret.startsWith('eyJ') && secret.length <= TOKEN_LENGTH_MAX;

interface ReaderDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly secret: ClientTokenSecret;
}

/** Who holds a token; undefined where it isn't ours, isn't whole, has expired, or its key has ended. */
export function createClientTokenReader({ database, clock, secret }: ReaderDeps) {
  const findHolder = createMicroBatch({
    sizeMax: BATCH_MAX,
    waitingMax: WAITING_MAX,
    run: (ids: readonly ApiKeyId[]) => findKeyHolders(database.orm, ids),
  });
  return async (text: string): Promise<Caller | undefined> => {
    const now = clock.now();
    const token = await readClientToken(secret, text, now);
    const holder = token && (await findHolder(token.keyId));
    if (token === undefined || holder?.workspaceId !== token.workspaceId || hasExpired(holder, now.getTime()))
      return undefined;
    return {
      ...holder,
      scopes: new Set(CLIENT_SCOPES.filter((scope) => holder.scopes.has(scope))),
      expiresAt: earlier(token.expiresAt, holder.expiresAt),
      limits: { conversationIds: token.conversationIds, contactIds: token.contactIds },
    };
  };
}

const earlier = (one: Date, other: Date | null): Date => (other !== null && other < one ? other : one);

/** Undefined unless it was signed here, by this algorithm, for this purpose, and its time isn't over. */
export async function readClientToken(
  { key, issuer }: ClientTokenSecret,
  text: string,
  now: Date,
): Promise<ClientToken | undefined> {
  try {
    const { payload } = await jwtVerify(text, key, {
      ...{ algorithms: [ALGORITHM], issuer, audience: AUDIENCE, currentDate: now },
      requiredClaims: ['sub', 'iat', 'exp', 'key'],
    });
    return claims.safeParse(payload).data;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

const id = <Id extends string>(codec: IdCodec<Id>) =>
  z.string().transform((text, context): Id => {
    const parsed = codec.parse(text);
    if (parsed !== undefined) return parsed;
    context.addIssue(`Not an id of the form ${codec.prefix}_….`);
    return z.NEVER;
  });

const claims = z
  .object({
    ...{ sub: id(workspaceIds), key: id(apiKeyIds), iat: z.number(), exp: z.number() },
    ...{ conversations: z.array(id(conversationIds)), contacts: z.array(id(contactIds)) },
  })
  .transform(({ sub, key, iat, exp, conversations, contacts }): ClientToken => ({
    ...{ workspaceId: sub, keyId: key, conversationIds: conversations, contactIds: contacts },
    ...{ issuedAt: new Date(iat * 1_000), expiresAt: new Date(exp * 1_000) },
  }));
