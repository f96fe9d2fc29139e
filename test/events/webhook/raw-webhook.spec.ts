import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawWebhookIds } from '../../../src/events/kernel/ids.js';
import type { LogRecord } from '../../../src/events/log/event-log.js';
import { readRawRecord, toRawRecord, type RawWebhook } from '../../../src/events/webhook/raw-webhook.js';
import { channelId, workspaceId } from '../../support/events.js';

const raw: RawWebhook = {
  id: rawWebhookIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8057'),
  workspaceId: workspaceId(),
  channelId: channelId(),
  provider: 'SANDBOX',
  receivedAt: new Date('2026-06-01T12:00:00.123Z'),
  request: {
    headers: { 'content-type': 'application/json', 'x-sandbox-signature': 'sha256=ab' },
    url: 'https://parley.example/webhooks/sandbox/chan_x?a=1',
    body: Buffer.from([0, 255, 123, 10]),
  },
};

function stored(webhook: RawWebhook, change: Partial<LogRecord> = {}): LogRecord {
  const { key, headers, value } = toRawRecord(webhook);
  return { partition: 3, offset: 7n, key, headers, value, ...change };
}

describe('a raw webhook in the log', () => {
  it('comes back byte for byte', () => {
    expect(readRawRecord(stored(raw))).toEqual(raw);
  });

  it('is keyed by its own id and lies where its channel lies (rule 8)', () => {
    expect(toRawRecord(raw)).toMatchObject({ key: raw.id, partitionKey: raw.channelId });
  });

  it('loses the headers that would let a reader act as somebody, and keeps the signature', () => {
    const secrets = { authorization: 'Bearer x', cookie: 'a=b', 'x-api-key': 'pk_x', 'proxy-authorization': 'Basic x' };
    const headers = { ...raw.request.headers, ...secrets };
    const record = stored({ ...raw, request: { ...raw.request, headers } });
    expect(readRawRecord(record)).toEqual(raw);
    expect(JSON.stringify(record.headers)).not.toContain('Bearer');
  });

  it('is passed over once it is erased', () => {
    expect(readRawRecord(stored(raw, { value: null }))).toBe('erased');
  });

  it.each<[string, Partial<LogRecord>]>([
    ['without a key', { key: null }],
    ['with an event as its key', { key: 'evt_01h455vb4pex5vsknk084sn02q' }],
    ['without headers', { headers: {} }],
    ['with headers that are none', { headers: { ...stored(raw).headers, 'parley-http-headers': '[1]' } }],
    ['of a channel that is none', { headers: { ...stored(raw).headers, 'parley-channel-id': 'x' } }],
  ])('%s is not ours', (_name, change) => {
    expect(readRawRecord(stored(raw, change))).toBeUndefined();
  });

  it('is never thrown at, whatever lies there', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.option(fc.string()), (headers, key) => {
        expect(readRawRecord(stored(raw, { headers, key }))).toBeUndefined();
      }),
    );
  });
});
