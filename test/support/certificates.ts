import { generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

interface Issuer {
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface Authority {
  /** PEM: what trusts everything that it issued. */
  readonly ca: string;
  /** For servers, good for 127.0.0.1 and localhost; for clients, only the name counts. */
  issue(commonName: string): Certificate;
}

/**
 * A certificate authority of the test's own. Written out in DER here (RFC 5280), for Node makes no certificates and
 * openssl isn't on every machine; eight starts of the JDK's keytool would take as many seconds.
 */
export function createAuthority(name: string): Authority {
  const { privateKey, publicKey } = newKeys();
  const self: Issuer = { name, privateKey };
  const isAuthority = extension('2.5.29.19', sequence(der(0x01, Buffer.of(0xff))), { isCritical: true });
  return {
    ca: certificateOf(name, publicKey, self, [isAuthority]),
    issue(commonName) {
      const keys = newKeys();
      const names = [der(0x87, Buffer.of(127, 0, 0, 1)), der(0x82, Buffer.from('localhost'))];
      const cert = certificateOf(commonName, keys.publicKey, self, [extension('2.5.29.17', sequence(...names))]);
      return { cert, key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

function certificateOf(subject: string, publicKey: KeyObject, issuer: Issuer, extensions: readonly Buffer[]): string {
  const day = 24 * 60 * 60 * 1_000;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    nameOf(issuer.name),
    sequence(instant(new Date(Date.now() - day)), instant(new Date(Date.now() + day))),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, issuer.privateKey)]));
  return new X509Certificate(sequence(body, ECDSA_WITH_SHA256, signature)).toString();
}

const extension = (id: string, value: Buffer, { isCritical = false } = {}): Buffer =>
  sequence(oid(id), ...(isCritical ? [der(0x01, Buffer.of(0xff))] : []), der(0x04, value));

const nameOf = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(commonName)))));

/** UTCTime: YYMMDDhhmmssZ. */
const instant = (date: Date): Buffer =>
  der(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const base128 = (number: number): number[] =>
    number < 128 ? [number] : [...base128(number >> 7).map((digit) => digit | 0x80), number & 0x7f];
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
