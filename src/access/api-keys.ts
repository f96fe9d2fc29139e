import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../database/database.js';
import { createMicroBatch } from '../database/micro-batch.js';
import type { Clock } from '../events/kernel/clock.js';
import { createRecent } from '../recent.js';
import type { Caller } from './caller.js';
import { findCallers, hasExpired } from './caller-rows.js';
import { createClientTokenReader, isClientToken, type ClientTokenSecret } from './client-tokens.js';
import type { KeyUsage } from './key-usage.js';

/** Longer than any key of ours: nothing longer is even hashed. */
const SECRET_LENGTH_MAX = 512;
/** A revoked key is refused everywhere within this time; where the NOTIFY of it arrives, at once. */
const KEPT_MS = 5_000;
const KEPT_MAX = 10_000;
const BATCH_MAX = 500;
const WAITING_MAX = 10_000;

/** Each 256 bits, so that a plain SHA-256 at rest is enough. */
const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;

/** `pk_` and 43 characters. */
export const newApiKey = (): string => newSecret('pk');
export const newAccessToken = (): string => newSecret('at');
export const newSecretId = (): string => newSecret('si');
export const newRefreshToken = (): string => newSecret('rt');

/** What is stored of a key: 32 bytes. */
export const apiKeyHash = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export interface Authenticator {
  /**
   * Undefined: nobody holds this, or no longer.
   * @param beforeAsking called before somebody who isn't known here is looked up; what it throws ends that
   * @throws when Postgres is away
   */
  authenticate(secret: string, beforeAsking?: () => void): Promise<Caller | undefined>;
  /**
   * Whether what each of them came in with is still good, asked of Postgres: not revoked, rotated away, expired, nor its
   * workspace suspended since. They must be callers that `authenticate` answered. @throws when Postgres is away
   */
  areStillValid(callers: readonly Caller[]): Promise<readonly boolean[]>;
  /** Keeps nobody any longer: something was revoked, rotated or suspended. */
  forget(): void;
}

interface Kept {
  readonly caller: Caller;
  readonly until: number;
}

/** What a caller came in with, and how it is looked up. */
interface Proof {
  /** SHA-256 of it, in hex. */
  readonly hash: string;
  find(): Promise<Caller | undefined>;
}

export interface AuthenticatorDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Undefined: no client token is known here. */
  readonly clientTokens?: ClientTokenSecret | undefined;
  readonly usage?: Pick<KeyUsage, 'note'> | undefined;
}

/** Finds callers by what they hold. Who was found is kept for 5 s; who wasn't is asked for again each time. */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { clock, usage } = deps;
  const kept = createRecent<Kept>(KEPT_MAX);
  /** A caller is one object for as long as it is kept. */
  const proofs = new WeakMap<Caller, Proof>();
  const proofOf = createProofs(deps);
  const findAnew = async (proof: Proof) => {
    const caller = await proof.find();
    if (caller === undefined || hasExpired(caller, clock.now().getTime())) return undefined;
    proofs.set(caller, proof);
    return caller;
  };
  return {
    async authenticate(secret, beforeAsking) {
      const proof = proofOf(secret);
      if (proof === undefined) return undefined;
      const now = clock.now();
      const known = kept.get(proof.hash);
      const isKnown = known !== undefined && known.until > now.getTime() && !hasExpired(known.caller, now.getTime());
      if (!isKnown) beforeAsking?.();
      const caller = isKnown ? known.caller : await findAnew(proof);
      if (caller === undefined) kept.delete(proof.hash);
      else if (!isKnown) kept.set(proof.hash, { caller, until: now.getTime() + KEPT_MS });
      if (caller !== undefined) usage?.note(caller.keyId, now);
      return caller;
    },
    forget: () => kept.clear(),
    async areStillValid(callers) {
      const asked = new Map<string, Promise<Caller | undefined>>();
      const ask = (proof: Proof) => {
        const answer = asked.get(proof.hash) ?? findAnew(proof);
        asked.set(proof.hash, answer);
        return answer;
      };
      return Promise.all(
        callers.map(async (caller) => {
          const proof = proofs.get(caller);
          return proof !== undefined && (await ask(proof)) !== undefined;
        }),
      );
    },
  };
}

/** Undefined: it can't be one of ours, and nobody is asked. */
function createProofs({ database, clock, clientTokens }: AuthenticatorDeps): (secret: string) => Proof | undefined {
  const findByHash = createMicroBatch({
    sizeMax: BATCH_MAX,
    waitingMax: WAITING_MAX,
    run: (hashes: readonly string[]) => findCallers(database.orm, hashes),
  });
  const readToken = clientTokens && createClientTokenReader({ database, clock, secret: clientTokens });
  return (secret) => {
    const mayBeToken = readToken !== undefined && isClientToken(secret);
    if (secret === '' || (secret.length > SECRET_LENGTH_MAX && !mayBeToken)) return undefined;
    const hash = apiKeyHash(secret).toString('hex');
    return { hash, find: () => (mayBeToken ? readToken(secret) : findByHash(hash)) };
  };
}
