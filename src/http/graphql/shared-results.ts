import { createHash } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import type { Caller } from '../../access/caller.js';
import { createRecent, type Recent } from '../../recent.js';
import type { OperationRequest } from './operation.js';

/** Null for an event that says nothing to who asks. */
type Result = ExecutionResult | null;

/** What subscribers who ask the same were answered: for many who watch one inbox each event is executed once. */
export interface SharedResults {
  /** @param question of `questionOf` */
  join(question: string): Sharing;
}

/** One subscriber's part in it. */
export interface Sharing {
  /**
   * What another one was answered on the same occasion a moment ago, else what `execute` answers. A failure is told to
   * all who wait for it, and kept for nobody.
   */
  resultOf(occasion: string, execute: () => Promise<Result>): Promise<Result>;
  /** Idempotent. */
  leave(): void;
}

/** Those who keep up are a few events apart at most. Who isn't among them executes by himself. */
const OCCASIONS_MAX = 8;
/** A message is shown as it is now: what is older than this may have changed. */
const SHARED_FOR_MS = 1_000;

interface Shared {
  readonly result: Promise<Result>;
  readonly until: number;
}

interface Group {
  members: number;
  readonly results: Recent<Shared>;
}

/** @param now in ms */
export function createSharedResults(now: () => number = () => performance.now()): SharedResults {
  const groups = new Map<string, Group>();
  return {
    join(question) {
      const group = groups.get(question) ?? { members: 0, results: createRecent<Shared>(OCCASIONS_MAX) };
      groups.set(question, group);
      group.members += 1;
      let isMember = true;
      return {
        // Alone, there is nobody to keep anything for.
        resultOf: (occasion, execute) => (group.members === 1 ? execute() : share(group, occasion, execute, now())),
        leave() {
          if (!isMember) return;
          isMember = false;
          group.members -= 1;
          if (group.members === 0) groups.delete(question);
        },
      };
    },
  };
}

function share({ results }: Group, occasion: string, execute: () => Promise<Result>, now: number): Promise<Result> {
  const known = results.get(occasion);
  if (known !== undefined && known.until > now) return known.result;
  const shared = { result: execute(), until: now + SHARED_FOR_MS };
  results.set(occasion, shared);
  shared.result.catch(() => {
    if (results.get(occasion) === shared) results.delete(occasion);
  });
  return shared.result;
}

/** Who asks what: everything of a subscription that its results depend on. Hashed, for a document may be long. */
export function questionOf({ query, operationName, variables }: OperationRequest, caller: Caller): string {
  const { workspaceId, keyId, scopes, limits } = caller;
  const parts = [query, operationName ?? null, variables ?? {}, workspaceId, keyId, [...scopes].sort(), limits ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
