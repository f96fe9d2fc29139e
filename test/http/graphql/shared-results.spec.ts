import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/access/caller.js';
import { createSharedResults, questionOf } from '../../../src/http/graphql/shared-results.js';

/** Answers how often it was asked, so that a shared answer is told from an own one. */
function counted() {
  let executions = 0;
  return () => Promise.resolve({ data: { executions: (executions += 1) } });
}

describe('results that subscribers share', () => {
  it('are executed once for those who ask the same, and apart for others', async () => {
    const shared = createSharedResults();
    const [one, other, stranger] = [shared.join('inbox'), shared.join('inbox'), shared.join('statuses')];
    const execute = counted();
    const first = await one.resultOf('event 1', execute);
    expect(first).toEqual({ data: { executions: 1 } });
    expect(await other.resultOf('event 1', execute)).toBe(first);
    expect(await other.resultOf('event 2', execute)).toEqual({ data: { executions: 2 } });
    expect(await stranger.resultOf('event 1', execute)).toEqual({ data: { executions: 3 } });
  });

  it('are not kept when they failed, though all who waited are told', async () => {
    const shared = createSharedResults();
    const [one, other] = [shared.join('inbox'), shared.join('inbox')];
    const fail = () => Promise.reject(new Error('away'));
    const waiting = [one.resultOf('event', fail), other.resultOf('event', counted())];
    for (const result of waiting) await expect(result).rejects.toThrow('away');
    expect(await one.resultOf('event', counted())).toEqual({ data: { executions: 1 } });
  });

  it('are shared for a second at most: what is shown is as it is now', async () => {
    let now = 0;
    const shared = createSharedResults(() => now);
    const [one, other] = [shared.join('inbox'), shared.join('inbox')];
    const execute = counted();
    await one.resultOf('event', execute);
    now = 999;
    expect(await other.resultOf('event', execute)).toEqual({ data: { executions: 1 } });
    now = 1_000;
    expect(await other.resultOf('event', execute)).toEqual({ data: { executions: 2 } });
  });

  it('are kept of the last eight events only', async () => {
    const shared = createSharedResults();
    const [one, other] = [shared.join('inbox'), shared.join('inbox')];
    const execute = counted();
    for (let event = 1; event <= 9; event += 1) await one.resultOf(`event ${event}`, execute);
    expect(await other.resultOf('event 2', execute)).toEqual({ data: { executions: 2 } });
    expect(await other.resultOf('event 1', execute)).toEqual({ data: { executions: 10 } });
  });

  it('are kept for nobody who is alone, and forgotten with the last', async () => {
    const shared = createSharedResults();
    const execute = counted();
    const one = shared.join('inbox');
    await one.resultOf('event', execute);
    const other = shared.join('inbox');
    expect(await other.resultOf('event', execute)).toEqual({ data: { executions: 2 } });
    for (const sharing of [one, other, other]) sharing.leave();
    const [third, fourth] = [shared.join('inbox'), shared.join('inbox')];
    expect(await third.resultOf('event', execute)).toEqual({ data: { executions: 3 } });
    expect(await fourth.resultOf('event', execute)).toEqual({ data: { executions: 3 } });
  });
});

describe('who asks what', () => {
  const caller = { workspaceId: 'ws_1', keyId: 'key_1', scopes: new Set(['MESSAGES_READ']), expiresAt: null };
  const asked = { query: 'subscription { a }', operationName: null, variables: { channelId: 'chan_1' } };
  const of = (request: object, by: object) =>
    questionOf({ ...asked, ...request }, { ...caller, ...by } as unknown as Caller);

  it('is the same for the same document, variables and rights', () => {
    expect(of({ variables: { channelId: 'chan_1' } }, { scopes: new Set(['MESSAGES_READ']) })).toBe(of({}, {}));
  });

  it.each([
    ['another document', { query: 'subscription { b }' }, {}],
    ['another operation of it', { operationName: 'B' }, {}],
    ['other variables', { variables: { channelId: 'chan_2' } }, {}],
    ['another workspace', {}, { workspaceId: 'ws_2' }],
    ['another key', {}, { keyId: 'key_2' }],
    ['other scopes', {}, { scopes: new Set(['MESSAGES_READ', 'EVENTS_READ']) }],
  ])('is another with %s', (_what, request, by) => {
    expect(of(request, by)).not.toBe(of({}, {}));
  });
});
