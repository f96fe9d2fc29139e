import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMediaAddresses, mediaKeyOf } from '../../src/media/media-addresses.js';
import { toMediaReference } from '../../src/providers/media-reference.js';
import { messageId, workspaceId } from '../support/events.js';

const SECRET = randomBytes(32);
const addressesAt = (seconds: number, key = mediaKeyOf(SECRET)) =>
  createMediaAddresses({ key, now: () => new Date(seconds * 1_000), publicUrl: () => 'https://parley.example' });
const REFERENCE = toMediaReference('https://cdn.example/secret-of-the-provider?token=marker');
const NOW = 1_000_000;

const split = (address: string) => {
  const url = new URL(address);
  return { id: url.pathname.replace('/media/', ''), query: url.searchParams };
};
const made = addressesAt(NOW).urlOf(workspaceId(), messageId(), REFERENCE);
const { id, query } = split(made);
const altered = (name: string, value: string) => {
  const other = new URLSearchParams(query);
  other.set(name, value);
  return other;
};

describe('F31: an address of an incoming file', () => {
  it('is read as it was made, and says nothing of the provider', () => {
    expect(made).toMatch(/^https:\/\/parley\.example\/media\/msg_/);
    expect(decodeURIComponent(made)).not.toMatch(/cdn|marker|provider/);
    const place = addressesAt(NOW).read(id, query);
    expect(place).toMatchObject({
      ...{ workspaceId: workspaceId(), messageId: messageId(), digest: addressesAt(NOW).digestOf(REFERENCE) },
    });
  });

  it('what needs no credentials stays as it is', () => {
    expect(addressesAt(NOW).urlOf(workspaceId(), messageId(), 'https://example.net/a.png')).toBe(
      'https://example.net/a.png',
    );
  });

  it('is good for 10 to 15 minutes, and within a window the same', () => {
    for (const offset of [0, 1, 150, 299]) {
      const address = split(addressesAt(NOW + offset).urlOf(workspaceId(), messageId(), REFERENCE));
      const ends = Number(address.query.get('expires'));
      expect(ends - (NOW + offset)).toBeGreaterThanOrEqual(600);
      expect(ends - (NOW + offset)).toBeLessThanOrEqual(900);
      expect(addressesAt(ends - 1).read(address.id, address.query)).toMatchObject({ messageId: messageId() });
      for (const late of [0, 1, 1e6]) expect(addressesAt(ends + late).read(address.id, address.query)).toBe('expired');
    }
    const window = Math.floor(NOW / 300) * 300;
    const [first, last, next] = [0, 299, 300].map((offset) =>
      addressesAt(window + offset).urlOf(workspaceId(), messageId(), REFERENCE),
    );
    expect(last).toBe(first);
    expect(next).not.toBe(first);
  });

  it('counts for no other file, message, workspace or time, without a signature, or of another key', () => {
    const read = addressesAt(NOW).read;
    const [message = '', digest = ''] = id.split('.');
    for (const other of [`${messageId(2)}.${digest}`, `${message}.${digest}x`, `${message}.`, message, `${id}.x`, ''])
      expect(read(other, query), other).toBe('altered');
    expect(read(id, altered('workspace', workspaceId(2)))).toBe('altered');
    expect(read(id, altered('expires', String(Number(query.get('expires')) + 1)))).toBe('altered');
    for (const signature of ['', 'x', 'A'.repeat(43), `${query.get('signature') ?? ''}=`])
      expect(read(id, altered('signature', signature))).toBe('altered');
    expect(read(id, new URLSearchParams())).toBe('altered');
    expect(addressesAt(NOW, mediaKeyOf(randomBytes(32))).read(id, query)).toBe('altered');
  });

  it('any letter of its signature counts', () => {
    const signature = query.get('signature') ?? '';
    for (let at = 0; at < signature.length; at += 1) {
      const other = `${signature.slice(0, at)}${signature[at] === 'A' ? 'B' : 'A'}${signature.slice(at + 1)}`;
      expect(addressesAt(NOW).read(id, altered('signature', other))).toBe('altered');
    }
  });
});
