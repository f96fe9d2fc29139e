import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.js';
import { createAuthority } from './support/certificates.js';

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

const brokers = { KAFKA_BROKERS: 'kafka-1:9092' };
const login = { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'parley', KAFKA_SASL_PASSWORD: 'a secret' };

describe('the configuration of Kafka', () => {
  let dir: string;
  const file = (name: string) => join(dir, name);
  const authority = createAuthority('Authority of a test');
  const client = authority.issue('client');

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parley-kafka-config-'));
    await writeFile(file('ca.pem'), authority.ca);
    await writeFile(file('cert.pem'), client.cert);
    await writeFile(file('key.pem'), client.key);
    await writeFile(file('other-key.pem'), authority.issue('other').key);
    await writeFile(file('junk.pem'), 'no certificate');
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('is absent without brokers: the log is embedded', () => {
    expect(readConfig({}).kafka).toBeUndefined();
    expect(readConfig({ ...login, KAFKA_BROKERS: '' }).kafka).toBeUndefined();
  });

  it('needs no more than the brokers', () => {
    expect(readConfig({ KAFKA_BROKERS: 'kafka-1:9092, [::1]:9093,10.0.0.3:65535' }).kafka).toEqual({
      brokers: ['kafka-1:9092', '[::1]:9093', '10.0.0.3:65535'],
      tls: undefined,
      sasl: undefined,
      replicationFactor: undefined,
      minIsr: undefined,
      topicPrefix: 'parley',
    });
  });

  it('reads every variable', () => {
    const config = readConfig({
      ...{ ...brokers, ...login, KAFKA_SSL: 'true', KAFKA_SSL_CA: file('ca.pem') },
      ...{ KAFKA_SSL_CERT: file('cert.pem'), KAFKA_SSL_KEY: file('key.pem') },
      ...{ KAFKA_REPLICATION_FACTOR: '3', KAFKA_MIN_ISR: '2', PARLEY_TOPIC_PREFIX: 'chat.eu_1-a' },
      PARLEY_WEBHOOK_RETENTION_DAYS: '90',
    });
    expect(config.kafka).toEqual({
      brokers: ['kafka-1:9092'],
      tls: { ca: authority.ca, cert: client.cert, key: client.key },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'parley', password: 'a secret' },
      replicationFactor: 3,
      minIsr: 2,
      topicPrefix: 'chat.eu_1-a',
    });
    expect(config.webhookRetentionDays).toBe(90);
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('knows the mechanism %s', (mechanism) => {
    expect(readConfig({ ...brokers, ...login, KAFKA_SASL_MECHANISM: mechanism }).kafka?.sasl?.mechanism).toBe(
      mechanism,
    );
  });

  it('encrypts without certificates of our own: then the system’s authorities count', () => {
    expect(readConfig({ ...brokers, KAFKA_SSL: 'true' }).kafka?.tls).toEqual({
      ...{ ca: undefined, cert: undefined, key: undefined },
    });
    expect(readConfig({ ...brokers, KAFKA_SSL: 'false' }).kafka?.tls).toBeUndefined();
  });

  it.each([
    ['KAFKA_BROKERS', 'kafka-1', /such as kafka-1:9092/],
    ['KAFKA_BROKERS', 'kafka-1:9092,', /separated by commas/],
    ['KAFKA_BROKERS', 'kafka://kafka-1:9092', /such as kafka-1:9092/],
    ['KAFKA_BROKERS', 'kafka-1:65536', /such as kafka-1:9092/],
    ['KAFKA_SSL', 'yes', /true or false/],
    ['KAFKA_SASL_MECHANISM', 'plain', /one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512/],
    ['KAFKA_REPLICATION_FACTOR', '0', /whole number from 1 to 100/],
    ['KAFKA_REPLICATION_FACTOR', 'three', /whole number from 1 to 100/],
    ['KAFKA_MIN_ISR', '101', /whole number from 1 to 100/],
    ['PARLEY_TOPIC_PREFIX', 'par ley', /letters, digits, dots, underscores or hyphens/],
    ['PARLEY_TOPIC_PREFIX', 'x'.repeat(201), /1 to 200/],
    ['PARLEY_WEBHOOK_RETENTION_DAYS', '0', /whole number from 1 to 36500/],
    ['PARLEY_WEBHOOK_RETENTION_DAYS', '1.5', /whole number/],
  ])('refuses %s=%s', (name, value, why) => {
    const faults = faultsOf({ ...brokers, [name]: value });
    expect(faults).toEqual([expect.stringMatching(why)]);
    expect(faults[0]).toMatch(new RegExp(`^${name} `));
  });

  it.each(['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'])(
    'refuses a login without %s',
    (name) => {
      const { [name]: _, ...rest } = { ...brokers, ...login } as Record<string, string>;
      expect(faultsOf(rest)).toEqual([expect.stringContaining('must be set together')]);
    },
  );

  it.each(['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'])('refuses %s where nothing is encrypted', (name) => {
    expect(faultsOf({ ...brokers, [name]: file('ca.pem') })).toEqual([`${name} is set and KAFKA_SSL is not true`]);
  });

  it('refuses half a client certificate', () => {
    const tls = { ...brokers, KAFKA_SSL: 'true' };
    const together = ['KAFKA_SSL_CERT and KAFKA_SSL_KEY must be set together'];
    expect(faultsOf({ ...tls, KAFKA_SSL_CERT: file('cert.pem') })).toEqual(together);
    expect(faultsOf({ ...tls, KAFKA_SSL_KEY: file('key.pem') })).toEqual(together);
  });

  it('refuses files that are not there or not what they should be', () => {
    const tls = { ...brokers, KAFKA_SSL: 'true' };
    const pair = { KAFKA_SSL_CERT: file('cert.pem'), KAFKA_SSL_KEY: file('other-key.pem') };
    expect(faultsOf({ ...tls, KAFKA_SSL_CA: file('none.pem') })).toEqual([
      'KAFKA_SSL_CA must name a file that can be read',
    ]);
    expect(faultsOf({ ...tls, KAFKA_SSL_CA: file('junk.pem') })).toEqual([
      'KAFKA_SSL_CA must name a file of certificates in PEM form',
    ]);
    expect(faultsOf({ ...tls, ...pair })).toEqual([
      expect.stringMatching(/a certificate and its unencrypted private key/),
    ]);
  });

  it('refuses more replicas in sync than there are', () => {
    expect(faultsOf({ ...brokers, KAFKA_REPLICATION_FACTOR: '2', KAFKA_MIN_ISR: '3' })).toEqual([
      'KAFKA_MIN_ISR must not be above KAFKA_REPLICATION_FACTOR: nothing could be written',
    ]);
    expect(faultsOf({ ...brokers, KAFKA_MIN_ISR: '3' })).toEqual([]);
  });

  it('tells all faults at once, and no value', () => {
    const secret = 'aaaa-bbbb';
    const eachOnItsOwn = faultsOf({ KAFKA_BROKERS: secret, KAFKA_SSL: secret, KAFKA_MIN_ISR: secret, PORT: secret });
    expect(eachOnItsOwn.map((fault) => fault.split(' ')[0]).sort()).toEqual([
      ...['KAFKA_BROKERS', 'KAFKA_MIN_ISR', 'KAFKA_SSL', 'PORT'],
    ]);
    const together = faultsOf({
      ...{ ...brokers, KAFKA_SASL_PASSWORD: secret, KAFKA_SSL: 'true', KAFKA_SSL_CA: `/${secret}` },
      ...{ KAFKA_REPLICATION_FACTOR: '1', KAFKA_MIN_ISR: '2', PARLEY_ROLES: 'projector' },
    });
    expect(together).toHaveLength(5);
    expect([...eachOnItsOwn, ...together].join('\n')).not.toContain(secret);
  });
});

describe('PARLEY_ROLES', () => {
  const shared = {
    ...brokers,
    DATABASE_URL: 'postgres://u:p@db:5432/parley',
    PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  };

  it('is all of them by default, and then needs nothing else', () => {
    expect(readConfig({}).roles).toEqual(['api', 'interpreter', 'projector', 'dispatcher']);
    expect(readConfig({ PARLEY_ROLES: 'dispatcher,projector,interpreter,api' }).roles).toEqual(readConfig({}).roles);
  });

  it('is read in one order, each once', () => {
    expect(readConfig({ ...shared, PARLEY_ROLES: 'projector, api,projector' }).roles).toEqual(['api', 'projector']);
  });

  it.each(['deliver', 'api,', 'API', 'api;projector'])('refuses %s', (roles) => {
    expect(faultsOf({ ...shared, PARLEY_ROLES: roles })).toEqual([
      'PARLEY_ROLES must be roles out of api, interpreter, projector, dispatcher, separated by commas',
    ]);
  });

  it.each(['DATABASE_URL', 'KAFKA_BROKERS', 'PARLEY_SECRET_KEY'])('needs %s where a process has only some', (name) => {
    const { [name]: _, ...rest } = { ...shared, PARLEY_ROLES: 'projector' } as Record<string, string>;
    expect(faultsOf(rest)).toEqual([expect.stringMatching(new RegExp(`^${name} must be set`))]);
  });

  it('needs the public URL for a dispatcher without the API, which providers call back', () => {
    const dispatcher = { ...shared, PARLEY_ROLES: 'dispatcher' };
    expect(faultsOf(dispatcher)).toEqual([expect.stringMatching(/^PARLEY_PUBLIC_URL must be set/)]);
    expect(faultsOf({ ...dispatcher, PARLEY_PUBLIC_URL: 'https://parley.example.com' })).toEqual([]);
    expect(faultsOf({ ...shared, PARLEY_ROLES: 'api,dispatcher' })).toEqual([]);
    expect(faultsOf({ ...shared, PARLEY_ROLES: 'interpreter' })).toEqual([]);
  });
});
