import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { dataOf, type ApiClient, type GraphqlAnswer } from './api-client.js';

const GIVE_UP_AFTER_MS = 30_000;
type Variables = Readonly<Record<string, unknown>>;

/**
 * A client that does what errors with `retryAfterMs` ask for: eight processes on the two cores of the machines that
 * check this may well answer UNAVAILABLE once. So that a repeated send is one message it brings an idempotency key.
 * Only `run`; `ask` shows what was answered.
 */
export function patient(client: ApiClient): ApiClient {
  return {
    ...client,
    async run<Data>(query: string, variables?: Variables, headers?: Readonly<Record<string, string>>) {
      const given = query.includes('sendMessage(') ? withKey(variables) : variables;
      const deadline = performance.now() + GIVE_UP_AFTER_MS;
      for (;;) {
        const answer = await client.ask<Data>(query, given, headers);
        const retryAfterMs = retryAfterMsOf(answer);
        if (retryAfterMs === undefined || performance.now() > deadline) return dataOf(answer);
        await pause(retryAfterMs);
      }
    },
  };
}

function withKey(variables: Variables = {}): Variables {
  const input = (variables['input'] ?? {}) as Variables;
  return { ...variables, input: { ...input, idempotencyKey: input['idempotencyKey'] ?? randomUUID() } };
}

const retryAfterMsOf = ({ errors }: GraphqlAnswer<unknown>) =>
  errors?.map(({ extensions }) => extensions.retryAfterMs).find((milliseconds) => milliseconds !== undefined);
