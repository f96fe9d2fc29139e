import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.js';

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe('readConfig', () => {
  it('needs nothing at all', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: { number: 4000, isDefault: true },
      databaseUrl: undefined,
      partitions: 12,
      kafka: undefined,
      webhookRetentionDays: undefined,
      roles: ['api', 'interpreter', 'projector', 'dispatcher'],
      corsOrigins: [],
      isSandboxOn: true,
      isLoopbackAllowed: false,
      logLevel: 'warn',
      traces: undefined,
    });
  });

  it('counts an empty variable as absent', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  it('knows a port that was asked for from the default', () => {
    expect(readConfig({ PORT: '4000' }).port).toEqual({ number: 4000, isDefault: false });
  });

  it.each([
    ['is switched off', { OTEL_SDK_DISABLED: 'true' }],
    ['has no exporter', { OTEL_TRACES_EXPORTER: 'none' }],
  ])('traces nothing where tracing %s', (_what, env) => {
    expect(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', ...env }).traces).toBeUndefined();
  });

  it('takes the address of the traces as it is given', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/x' };
    expect(readConfig(env).traces).toMatchObject({ url: 'https://t/x', serviceName: 'parley', ratio: 1 });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ])('refuses %s=%s, and repeats no value', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${name} must be`);
    expect(faults[0]).not.toContain(value);
  });

  it('reads every name', () => {
    const secretKey = randomBytes(32);
    const config = readConfig({
      HOST: '0.0.0.0',
      PORT: '8080',
      DATABASE_URL: 'postgres://u:p@db:5432/parley',
      PARLEY_DATA_DIR: '/var/lib/parley',
      PARLEY_SECRET_KEY: secretKey.toString('base64'),
      PARLEY_BOOTSTRAP_API_KEY: 'pk_0123456789',
      PARLEY_PUBLIC_URL: 'https://parley.example.com/base/',
      PARLEY_PARTITIONS: '3',
      KAFKA_BROKERS: 'kafka-1:9092',
      PARLEY_TOPIC_PREFIX: 'chat',
      PARLEY_WEBHOOK_RETENTION_DAYS: '30',
      PARLEY_ROLES: 'api,projector',
      PARLEY_CORS_ORIGINS: 'https://a.example.com, http://localhost:5173',
      PARLEY_INTROSPECTION: 'false',
      PARLEY_LIMIT_REQUESTS: '1',
      PARLEY_LIMIT_SENDS: '2',
      PARLEY_LIMIT_COST: '3',
      PARLEY_LIMIT_SOCKETS: '4',
      PARLEY_LIMIT_SUBSCRIPTIONS: '5',
      PARLEY_LIMIT_FAILED_AUTHENTICATIONS: '6',
      PARLEY_LIMIT_UNAUTHENTICATED_SOCKETS: '7',
      PARLEY_TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::/32,192.0.2.1',
      PARLEY_TRUSTED_DOCUMENTS: '/etc/parley/documents.json',
      PARLEY_SEARCH_LANGUAGE: 'spanish',
      PARLEY_ALLOW_LOOPBACK: 'true',
      PARLEY_SANDBOX: 'false',
      PARLEY_SANDBOX_SEED: '42',
      PARLEY_LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc,x-b=2',
      OTEL_SERVICE_NAME: 'chat',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
    });
    expect(config).toEqual({
      host: '0.0.0.0',
      port: { number: 8080, isDefault: false },
      databaseUrl: 'postgres://u:p@db:5432/parley',
      dataDir: '/var/lib/parley',
      secretKey,
      bootstrapApiKey: 'pk_0123456789',
      publicUrl: 'https://parley.example.com/base',
      partitions: 3,
      // The rest of Kafka's: kafka-config.spec.ts.
      kafka: expect.objectContaining({ brokers: ['kafka-1:9092'], topicPrefix: 'chat' }) as unknown,
      webhookRetentionDays: 30,
      roles: ['api', 'projector'],
      corsOrigins: ['https://a.example.com', 'http://localhost:5173'],
      isIntrospectionOn: false,
      limits: {
        quota: { requestsPerSecond: 1, sendsPerSecond: 2, costPerSecond: 3, sockets: 4, subscriptions: 5 },
        failedAuthenticationsPerSecond: 6,
        unauthenticatedSockets: 7,
        trustedProxies: [
          { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
          { address: '2001:db8::', prefix: 32, family: 'ipv6' },
          { address: '192.0.2.1', prefix: 32, family: 'ipv4' },
        ],
        trustedDocuments: '/etc/parley/documents.json',
      },
      searchLanguage: 'spanish',
      isLoopbackAllowed: true,
      isSandboxOn: false,
      sandboxSeed: 42,
      logLevel: 'debug',
      traces: {
        url: 'http://collector:4318/v1/traces',
        headers: { authorization: 'Bearer abc', 'x-b': '2' },
        serviceName: 'chat',
        resource: { 'deployment.environment.name': 'test' },
        sampler: 'parentbased_traceidratio',
        ratio: 0.1,
      },
    });
  });

  it('tells all faults at once, each by its name', () => {
    const faults = faultsOf({ PORT: '70000', PARLEY_PARTITIONS: '0', PARLEY_SANDBOX: 'no', PARLEY_LOG_LEVEL: 'loud' });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'PORT',
      'PARLEY_PARTITIONS',
      'PARLEY_SANDBOX',
      'PARLEY_LOG_LEVEL',
    ]);
  });

  it.each([
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PARLEY_PARTITIONS', '101'],
    ['DATABASE_URL', 'mysql://marker'],
    ['PARLEY_SECRET_KEY', 'c2hvcnQ='],
    ['PARLEY_BOOTSTRAP_API_KEY', 'two words marker'],
    ['PARLEY_PUBLIC_URL', 'parley.example.com'],
    ['PARLEY_PUBLIC_URL', 'https://marker:marker@parley.example.com'],
    ['PARLEY_CORS_ORIGINS', 'https://app.example.com/path'],
    ['PARLEY_CORS_ORIGINS', '*'],
    ['PARLEY_SEARCH_LANGUAGE', "marker'"],
    ['PARLEY_LIMIT_REQUESTS', '0'],
    ['PARLEY_LIMIT_SOCKETS', '1000000000'],
    ['PARLEY_TRUSTED_PROXIES', 'marker.example.com'],
    ['PARLEY_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['PARLEY_TRUSTED_PROXIES', '10.0.0.0/8,'],
  ])('refuses %s=%s and repeats no value', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name} must`));
    expect(faults[0]).not.toContain('marker');
  });
});
