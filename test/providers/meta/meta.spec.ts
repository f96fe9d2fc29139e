import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../src/providers/http-call.js';
import { graphAccountAnswerOf, graphOutcomeOf } from '../../../src/providers/meta/answer.js';
import { answerChallenge } from '../../../src/providers/meta/challenge.js';
import { interpretChanges, interpretEntries } from '../../../src/providers/meta/entries.js';
import { refusedAs } from '../../../src/providers/meta/failures.js';
import { graphCall } from '../../../src/providers/meta/graph-call.js';
import { timeOf } from '../../../src/providers/meta/time.js';
import { verify } from '../../../src/providers/meta/verify.js';
import { signed } from './signature.js';

describe('X-Hub-Signature-256', () => {
  const SECRET = 'meta-demo-secret';
  const webhook = (body: Buffer | string, signature: string) => ({
    ...{ headers: { 'x-hub-signature-256': signature }, url: 'https://parley.example/', body: Buffer.from(body) },
  });

  it('is the HMAC of the bytes', () => {
    const right = 'sha256=8660648a19371b900a5a2cf3ef4d770e9181f2585a7cf70b81d7fe040a529de9';
    expect(verify(webhook('{"object":"page","entry":[]}', right), SECRET)).toBe('authentic');
    expect(verify(webhook('{"object":"page","entry":[] }', right), SECRET)).toBe('forged');
    expect(verify(webhook('{"object":"page","entry":[]}', right), 'other')).toBe('forged');
    for (const wrong of ['', right.slice(7), right.toUpperCase(), `${right}0`, `sha1=${right.slice(7, 47)}`])
      expect(verify(webhook('{"object":"page","entry":[]}', wrong), SECRET)).toBe('forged');
  });

  it('holds too where something on the way wrote the escaped characters out', () => {
    const { body, headers } = signed({ text: 'Grüße 👍 ÿ\u0080 "\\' }, SECRET);
    expect(body.toString()).toContain('\\u00fc');
    const asSent = webhook(body, headers['x-hub-signature-256']);
    expect(verify(asSent, SECRET)).toBe('authentic');
    const decoded = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    expect(decoded.toString()).toContain('ü');
    expect(verify({ ...asSent, body: decoded }, SECRET)).toBe('authentic');
    expect(verify({ ...asSent, body: Buffer.from(decoded.toString().replace('ü', 'ö')) }, SECRET)).toBe('forged');
  });
});

describe('the challenge', () => {
  const ask = (query: string) => answerChallenge(new URLSearchParams(query), 'tok');
  it.each([
    ['hub.mode=subscribe&hub.verify_token=tok&hub.challenge=1158201444', '1158201444'],
    ['hub.mode=subscribe&hub.verify_token=other&hub.challenge=1', undefined],
    ['hub.mode=subscribe&hub.challenge=1', undefined],
    ['hub.mode=unsubscribe&hub.verify_token=tok&hub.challenge=1', undefined],
    ['hub.mode=subscribe&hub.verify_token=tok', undefined],
    [`hub.mode=subscribe&hub.verify_token=tok&hub.challenge=${'1'.repeat(256)}`, undefined],
  ])('%s', (query, answer) => expect(ask(query)).toBe(answer));
});

describe('what the Graph API answers', () => {
  const answered = (status: number, json: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer => ({
    ...{ kind: 'answered', status, headers, text: JSON.stringify(json), json },
  });
  const errorOf = (code: number, more: object = {}) => ({ error: { code, message: `(#${code})`, ...more } });
  const own = { 100: refusedAs('TEMPLATE_INVALID'), '100/7': refusedAs('MEDIA_FAILED') };
  const outcome = (answer: HttpAnswer) =>
    graphOutcomeOf(answer, own, () => ({ kind: 'accepted', providerMessageIds: ['m'] }));

  it.each([
    [400, errorOf(190), { kind: 'rejected', failure: { code: 'CREDENTIALS_INVALID', providerCode: '190' } }],
    [403, errorOf(299), { kind: 'rejected', failure: { code: 'CREDENTIALS_INVALID' } }],
    [400, errorOf(100), { kind: 'rejected', failure: { code: 'TEMPLATE_INVALID', providerCode: '100' } }],
    [
      400,
      errorOf(100, { error_subcode: 7 }),
      { kind: 'rejected', failure: { code: 'MEDIA_FAILED', providerCode: '100/7' } },
    ],
    [200, errorOf(368), { kind: 'rejected', failure: { code: 'POLICY' }, providerMessage: '(#368)' }],
    [200, errorOf(987_654), { kind: 'rejected', failure: { code: 'UNKNOWN' } }],
    [400, errorOf(368, { error_data: { details: 'Blocked.' } }), { providerMessage: 'Blocked.' }],
    [400, errorOf(368, { error_data: 'odd' }), { kind: 'rejected', providerMessage: '(#368)' }],
    [400, errorOf(4), { kind: 'throttled' }],
    [429, {}, { kind: 'throttled' }],
    [503, errorOf(2), { kind: 'unavailable' }],
    [400, errorOf(1), { kind: 'unknown' }],
    [500, errorOf(987_654), { kind: 'unknown' }],
    [500, {}, { kind: 'unknown' }],
    [404, {}, { kind: 'rejected', failure: { code: 'UNKNOWN' } }],
    [200, { messages: [] }, { kind: 'accepted' }],
  ])('%i %j', (status, json, expected) => expect(outcome(answered(status, json))).toMatchObject(expected));

  it('says when it takes calls again', () => {
    const usage = JSON.stringify({ 1: [{ type: 'x', estimated_time_to_regain_access: 2 }, { call_count: 100 }] });
    const said = (headers: HttpAnswer['headers']) => outcome(answered(400, errorOf(4), headers));
    expect(said({ 'x-business-use-case-usage': usage })).toEqual({ kind: 'throttled', retryAfterMs: 120_000 });
    expect(said({ 'retry-after': '3' })).toEqual({ kind: 'throttled', retryAfterMs: 3_000 });
    expect(said({ 'x-business-use-case-usage': '{"1":0}' })).toEqual({ kind: 'throttled' });
  });

  it('says the same of an account', () => {
    const account = (answer: HttpAnswer) => graphAccountAnswerOf(answer, {}, () => ({ kind: 'confirmed' }));
    expect(account(answered(200, { id: '1' }))).toEqual({ kind: 'confirmed' });
    expect(account(answered(400, errorOf(190)))).toMatchObject({ kind: 'refused', providerMessage: '(#190)' });
    expect(account(answered(400, errorOf(4)))).toEqual({ kind: 'unavailable' });
    expect(account(answered(500, {}))).toEqual({ kind: 'unavailable' });
    expect(account(answered(408, {}))).toEqual({ kind: 'unknown' });
  });

  it('is asked with the token in a header', () => {
    const { signal } = new AbortController();
    const call = graphCall({ accessToken: 't' }, { method: 'GET', path: '/1?fields=id' }, signal);
    expect(call).toEqual({
      ...{ baseUrl: 'https://graph.facebook.com', method: 'GET', path: '/v25.0/1?fields=id', signal },
      headers: { authorization: 'Bearer t' },
    });
    const own = { accessToken: 't', apiVersion: 'v26.0', apiBaseUrl: 'http://127.0.0.1:1' };
    expect(graphCall(own, { method: 'POST', path: '/1', body: { a: 1 } }, signal)).toMatchObject({
      ...{ baseUrl: 'http://127.0.0.1:1', path: '/v26.0/1', json: { a: 1 } },
    });
  });
});

describe('a batch of entries', () => {
  const read = (json: unknown) =>
    interpretEntries(Buffer.from(JSON.stringify(json)), 'page', (entry) =>
      interpretChanges(entry, ({ field }) => [{ kind: 'ignored', reason: `${entry.id} ${field}` }]),
    ).map((said) => ('reason' in said ? said.reason : said.kind));

  it('is read one by one, and what is not understood spoils no other', () => {
    const entry = [
      { id: '1', changes: [{ field: 'a', value: 1 }, 'b', { field: 'c' }] },
      7,
      { id: 2, changes: [{ field: 'd', value: {} }] },
      { id: '3', time: 5 },
    ];
    expect(read({ object: 'page', entry })).toEqual([
      ...['1 a', 'A change of another form.', '1 c', 'An entry of another form.', '2 d', 'An entry that says nothing.'],
    ]);
  });

  it('is no batch otherwise', () => {
    for (const json of [1, null, [], {}, { object: 'page' }, { object: 'page', entry: [] }])
      expect(read(json)).toEqual(['Not a webhook of Meta.']);
    expect(read({ object: 'instagram', entry: [{ id: '1' }] })).toEqual(['Of another product: instagram.']);
  });
});

describe('a time', () => {
  it.each([
    ['1760000000', 1_760_000_000_000],
    [1_760_000_000, 1_760_000_000_000],
    ['1760000000123', 1_760_000_000_123],
    [1_760_000_000_123, 1_760_000_000_123],
  ])('%s', (said, ms) => expect(timeOf(said)?.getTime()).toBe(ms));
  it.each([[undefined], [''], ['soon'], [-1], [1.5], ['9'.repeat(16)]])('%s is none', (said) =>
    expect(timeOf(said)).toBeUndefined(),
  );
});
