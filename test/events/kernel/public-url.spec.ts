import { describe, expect, it } from 'vitest';
import { isLoopbackAddress, isPublicAddress } from '../../../src/events/kernel/public-address.js';
import { refusePublicUrl } from '../../../src/events/kernel/public-url.js';
import { hostileUrls } from '../../support/hostile-urls.js';

describe('F24: a URL that somebody else chose', () => {
  it('is tried in forty forms and more', () => expect(hostileUrls(8_080).length).toBeGreaterThanOrEqual(40));

  it.each(hostileUrls(8_080))('may not be %s', (url) => {
    expect(refusePublicUrl(url)).toMatch(/^Must /);
  });

  it.each([
    ...['https://example.com/a.png?b#c', 'http://8.8.8.8/', 'https://[2606:4700::1111]/', 'https://münchen.example/'],
    ...['https://example.com:443/', 'http://example.com:80/', 'https://example.com:8443/', 'http://example.com:65535/'],
  ])('may be %s', (url) => {
    expect(refusePublicUrl(url)).toBeUndefined();
  });

  it('may lie on this machine where that is allowed, and still nowhere else', () => {
    const rules = { isLoopbackAllowed: true };
    for (const host of ['127.0.0.1', '127.9.9.9', '[::1]', 'localhost', 'a.localhost.'])
      expect(refusePublicUrl(`http://${host}:8080/`, rules), host).toBeUndefined();
    for (const host of ['10.0.0.1', '169.254.169.254', '0.0.0.0', 'db.internal', 'intranet'])
      expect(refusePublicUrl(`http://${host}:8080/`, rules), host).toMatch(/private or local/);
    expect(refusePublicUrl('http://127.0.0.1:22/', rules)).toMatch(/port/);
    expect(refusePublicUrl('file:///etc/passwd', rules)).toBeDefined();
  });
});

it('an address is public, or this machine, or neither; a name is none', () => {
  expect([isPublicAddress('8.8.8.8'), isLoopbackAddress('8.8.8.8')]).toEqual([true, false]);
  expect([isPublicAddress('::1'), isLoopbackAddress('::1')]).toEqual([false, true]);
  expect([isPublicAddress('10.0.0.1'), isLoopbackAddress('10.0.0.1')]).toEqual([false, false]);
  expect([isPublicAddress('example.com'), isLoopbackAddress('localhost')]).toEqual([false, false]);
});
