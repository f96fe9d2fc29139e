import { describe, expect, it } from 'vitest';
import { createAddressOf, neighbourhoodOf } from '../../src/http/client-address.js';
import { readConfig } from '../../src/config.js';

function addressOf(trusted: string) {
  const of = createAddressOf(readConfig({ PARLEY_TRUSTED_PROXIES: trusted }).limits.trustedProxies);
  return ({ remoteAddress, forwardedFor }: Record<'remoteAddress' | 'forwardedFor', string | undefined>) =>
    of({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwardedFor } });
}

describe('whose address counts', () => {
  it.each([
    ['nobody is believed where no proxy is trusted', '', '203.0.113.1', '192.0.2.1', '203.0.113.1'],
    ['a stranger is not believed', '10.0.0.0/8', '203.0.113.1', '192.0.2.1', '203.0.113.1'],
    ['a trusted proxy is', '10.0.0.0/8', '10.1.2.3', '192.0.2.1', '192.0.2.1'],
    [
      'only what trusted proxies added counts',
      '10.0.0.0/8',
      '10.1.2.3',
      '192.0.2.66, 192.0.2.1, 10.9.9.9',
      '192.0.2.1',
    ],
    ['of trusted ones alone the first counts', '10.0.0.0/8', '10.1.2.3', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['nonsense ends the chain', '10.0.0.0/8', '10.1.2.3', '192.0.2.1, unknown', '10.1.2.3'],
    ['ports and brackets are passed over', '10.0.0.0/8,::1', '::1', '[2001:db8::5]:443', '2001:db8::5'],
    ['IPv4 in the form of IPv6 is IPv4', '10.0.0.0/8', '::ffff:10.0.0.1', '192.0.2.1:5000', '192.0.2.1'],
    ['one address is a network of one', '10.0.0.1', '10.0.0.2', '192.0.2.1', '10.0.0.2'],
  ])('%s', (_what, trusted, remoteAddress, forwardedFor, address) => {
    expect(addressOf(trusted)({ remoteAddress, forwardedFor })).toBe(address);
  });

  it('needs no header, and no connection that still knows its other side', () => {
    expect(addressOf('10.0.0.0/8')({ remoteAddress: '10.0.0.1', forwardedFor: undefined })).toBe('10.0.0.1');
    expect(addressOf('10.0.0.0/8')({ remoteAddress: undefined, forwardedFor: '192.0.2.1' })).toBe('');
  });

  it('reads no more of a header than the last few', () => {
    const forwardedFor = `192.0.2.1${', 10.0.0.1'.repeat(5_000)}`;
    expect(addressOf('10.0.0.0/8')({ remoteAddress: '10.0.0.1', forwardedFor })).toBe('10.0.0.1');
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1'],
    ['2001:DB8::5', '2001:db8:0:0'],
    ['2001:0db8:0000:0001::', '2001:db8:0:1'],
    ['::1', '0:0:0:0'],
  ])('counts %s as %s', (address, neighbourhood) => {
    expect(neighbourhoodOf(address)).toBe(neighbourhood);
  });
});
