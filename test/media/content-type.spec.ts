import fc from 'fast-check';
import { expect, it } from 'vitest';
import { typeOf } from '../../src/media/content-type.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const ftyp = (brand: string) => bytes(`\0\0\0\x18ftyp${brand}`);
const ogg = (codec: string) => bytes(`OggS${'\0'.repeat(24)}${codec}`);

it.each<readonly [string, Buffer, boolean]>([
  ['image/jpeg', bytes('\xff\xd8\xff\xe0'), true],
  ['image/png', bytes('\x89PNG\r\n\x1a\n'), true],
  ['image/gif', bytes('GIF89a'), true],
  ['image/webp', bytes('RIFF\0\0\0\0WEBPVP8 '), true],
  ['image/avif', ftyp('avif'), true],
  ['image/heic', ftyp('heic'), true],
  ['video/mp4', ftyp('isom'), true],
  ['video/quicktime', ftyp('qt  '), true],
  ['video/3gpp', ftyp('3gp5'), true],
  ['audio/mp4', ftyp('M4A '), true],
  ['video/webm', bytes('\x1aE\xdf\xa3\x01\x42\x82\x84webm'), true],
  ['video/x-matroska', bytes('\x1aE\xdf\xa3\x01\x42\x82\x88matroska'), false],
  ['audio/ogg', ogg('OpusHead'), true],
  ['application/ogg', ogg('fishead'), false],
  ['audio/mpeg', bytes('ID3\x04'), true],
  ['audio/mpeg', bytes('\xff\xfb\x90'), true],
  ['audio/aac', bytes('\xff\xf1\x50'), true],
  ['audio/amr', bytes('#!AMR\n'), true],
  ['audio/wav', bytes('RIFF\0\0\0\0WAVEfmt '), true],
  ['application/pdf', bytes('%PDF-1.7'), false],
  ['application/zip', bytes('PK\x03\x04'), false],
])('%s by its bytes: %j', (contentType, head, isShown) => {
  expect(typeOf(head)).toEqual({ contentType, isShown });
});

it.each([
  '<svg xmlns="http://www.w3.org/2000/svg">',
  '<!doctype html>',
  '<?xml version="1.0"?>',
  'plain',
  '',
  'RIFF\0\0\0\0AVI ',
])('what browsers would run, and what nobody knows, is saved, whatever it is said to be: %j', (text) => {
  for (const declared of ['image/svg+xml', 'text/html', 'image/png', undefined])
    expect(typeOf(bytes(text), declared)).toEqual({ contentType: 'application/octet-stream', isShown: false });
});

it('what it is said to be decides between names of one form only', () => {
  expect(typeOf(ftyp('isom'), 'audio/mp4; codecs=x').contentType).toBe('audio/mp4');
  expect(typeOf(ftyp('isom'), 'text/html').contentType).toBe('video/mp4');
  expect(typeOf(bytes('GIF89a'), 'image/svg+xml').contentType).toBe('image/gif');
});

it('never says a type that runs, and never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.string(), (head, declared) => {
      expect(typeOf(Buffer.from(head), declared).contentType).not.toMatch(/html|svg|xml|script/);
    }),
  );
});
