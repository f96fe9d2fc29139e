import { resolve } from 'node:path';
import { z } from 'zod';
import { readTracesConfig, tracesEnvironment, type TracesConfig } from './traces-config.js';
import { limitsEnvironment, readLimitsConfig, type LimitsConfig } from './limits-config.js';
import { kafkaEnvironment, readKafkaConfig, type KafkaConfig } from './kafka-config.js';

/** What a process can do; by default one does all of it. */
export const ROLES = ['api', 'interpreter', 'projector', 'dispatcher'] as const;
export type Role = (typeof ROLES)[number];

/** What the process was configured with; `readConfig` is the only reader of the environment. */
export interface Config {
  readonly host: string;
  /** `isDefault`: the next free port is taken when this one is. */
  readonly port: { readonly number: number; readonly isDefault: boolean };
  /** Undefined: Postgres itself is embedded. */
  readonly databaseUrl: string | undefined;
  /** Absolute. */
  readonly dataDir: string;
  /** 32 bytes; undefined with the embedded default: made at first start and kept in the data directory. */
  readonly secretKey: Buffer | undefined;
  /** The key from before, while something may still be sealed under it. Undefined: there is none, or it is a file. */
  readonly previousSecretKey: Buffer | undefined;
  readonly bootstrapApiKey: string | undefined;
  /** What verbs that speak to a running Parley identify themselves with; the server doesn't look at it. */
  readonly apiKey: string | undefined;
  /** Without a trailing slash. Undefined: the address it listens on. */
  readonly publicUrl: string | undefined;
  readonly partitions: number;
  /** Undefined: the log is embedded, in Postgres. */
  readonly kafka: KafkaConfig | undefined;
  /** How long raw webhooks are kept. Undefined: for ever. */
  readonly webhookRetentionDays: number | undefined;
  /** In the order of `ROLES`, each once. */
  readonly roles: readonly Role[];
  readonly corsOrigins: readonly string[];
  /** Whether clients may ask the API for its schema. */
  readonly isIntrospectionOn: boolean;
  readonly limits: LimitsConfig;
  /** A text search configuration of PostgreSQL. */
  readonly searchLanguage: string;
  /** Whether media and webhooks of customers may lie on this machine. */
  readonly isLoopbackAllowed: boolean;
  readonly isSandboxOn: boolean;
  /** Undefined: by chance, and printed. */
  readonly sandboxSeed: number | undefined;
  readonly logLevel: string;
  /** Undefined: nothing is traced. */
  readonly traces: TracesConfig | undefined;
}

/** Everything that is wrong with the environment, one line each. Values are not repeated: some are secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(['The configuration is not valid:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((number) => number >= min && number <= max, `must be a whole number from ${min} to ${max}`);

const trueOrFalse = z.enum(['true', 'false'], 'must be true or false');

const secretKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64 (make one: openssl rand -base64 32)')
  .transform((text) => Buffer.from(text, 'base64'));

const environment = z.object({
  ...kafkaEnvironment,
  ...tracesEnvironment,
  ...limitsEnvironment,
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).optional(),
  DATABASE_URL: z
    .string()
    .refine((text) => hasProtocol(text, ['postgres:', 'postgresql:']), 'must be a URL that begins with postgres://')
    .optional(),
  PARLEY_DATA_DIR: z
    .string()
    .default('.parley')
    .transform((path) => resolve(path)),
  PARLEY_SECRET_KEY: secretKey.optional(),
  PARLEY_SECRET_KEY_PREVIOUS: secretKey.optional(),
  PARLEY_BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^[!-~]{8,255}$/, 'must be 8 to 255 visible ASCII characters without spaces: it travels in a header')
    .optional(),
  PARLEY_API_KEY: z
    .string()
    .regex(/^[!-~]{1,512}$/, 'must be visible ASCII characters without spaces: it travels in a header')
    .optional(),
  PARLEY_PUBLIC_URL: z.string().transform(toPublicUrl).optional(),
  // 100: a cursor names every partition and must fit into a header.
  PARLEY_PARTITIONS: wholeNumber(1, 100).default(12),
  // 100 years at most.
  PARLEY_WEBHOOK_RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  PARLEY_ROLES: z
    .string()
    .transform(toRoles)
    .default([...ROLES]),
  PARLEY_CORS_ORIGINS: z.string().transform(toOrigins).default([]),
  PARLEY_INTROSPECTION: trueOrFalse.default('true'),
  PARLEY_SEARCH_LANGUAGE: z
    .string()
    .regex(/^[a-z_]{1,63}$/, 'must be a text search configuration of PostgreSQL, such as simple, english, spanish')
    .default('simple'),
  PARLEY_ALLOW_LOOPBACK: trueOrFalse.default('false'),
  PARLEY_SANDBOX: trueOrFalse.default('true'),
  PARLEY_SANDBOX_SEED: wholeNumber(0, 999_999_999).optional(),
  PARLEY_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('warn'),
});

/**
 * Reads and judges the whole environment at once. An empty variable counts as absent.
 * @param roles what the command line asks for; it wins over `PARLEY_ROLES`
 * @throws ConfigError naming every fault
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  roles?: readonly Role[],
): Config {
  const all = roles === undefined ? env : { ...env, PARLEY_ROLES: roles.join(',') };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  const is = parsed.data;
  const { kafka, faults } = readKafkaConfig(is);
  const missing = [...faults, ...missingForKeys(is), ...missingForRoles(is)];
  if (missing.length > 0) throw new ConfigError(missing);
  return {
    host: is.HOST,
    port: { number: is.PORT ?? 4000, isDefault: is.PORT === undefined },
    databaseUrl: is.DATABASE_URL,
    dataDir: is.PARLEY_DATA_DIR,
    secretKey: is.PARLEY_SECRET_KEY,
    previousSecretKey: is.PARLEY_SECRET_KEY_PREVIOUS,
    bootstrapApiKey: is.PARLEY_BOOTSTRAP_API_KEY,
    apiKey: is.PARLEY_API_KEY,
    publicUrl: is.PARLEY_PUBLIC_URL,
    partitions: is.PARLEY_PARTITIONS,
    kafka,
    webhookRetentionDays: is.PARLEY_WEBHOOK_RETENTION_DAYS,
    roles: is.PARLEY_ROLES,
    corsOrigins: is.PARLEY_CORS_ORIGINS,
    isIntrospectionOn: is.PARLEY_INTROSPECTION === 'true',
    limits: readLimitsConfig(is),
    searchLanguage: is.PARLEY_SEARCH_LANGUAGE,
    isLoopbackAllowed: is.PARLEY_ALLOW_LOOPBACK === 'true',
    isSandboxOn: is.PARLEY_SANDBOX === 'true',
    sandboxSeed: is.PARLEY_SANDBOX_SEED,
    logLevel: is.PARLEY_LOG_LEVEL,
    traces: readTracesConfig(is),
  };
}

/** Of whoever sets the key from before alone, nobody knows which one is the present one. */
const missingForKeys = (is: z.infer<typeof environment>): readonly string[] =>
  is.PARLEY_SECRET_KEY_PREVIOUS !== undefined && is.PARLEY_SECRET_KEY === undefined
    ? ['PARLEY_SECRET_KEY must be set where PARLEY_SECRET_KEY_PREVIOUS is']
    : [];

/** Where a process of this configuration is found from here; undefined: on whatever port the system gives it. */
export function urlOf({ publicUrl, host, port }: Pick<Config, 'publicUrl' | 'host' | 'port'>): string | undefined {
  if (publicUrl !== undefined) return publicUrl;
  if (port.number === 0) return undefined;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port.number}`;
}

/** What a process that has only some of the roles can't do without, for others do the rest. */
function missingForRoles(is: z.infer<typeof environment>): readonly string[] {
  const has = (role: Role) => is.PARLEY_ROLES.includes(role);
  if (ROLES.every(has)) return [];
  const absent = (['DATABASE_URL', 'KAFKA_BROKERS', 'PARLEY_SECRET_KEY'] as const).filter(
    (name) => is[name] === undefined,
  );
  const faults = absent.map((name) => `${name} must be set where a process has only some of the roles: all share it`);
  // Carriers call back the API, which listens elsewhere.
  if (has('dispatcher') && !has('api') && is.PARLEY_PUBLIC_URL === undefined)
    faults.push('PARLEY_PUBLIC_URL must be set for a dispatcher without the API: providers call back the API');
  return faults;
}

function hasProtocol(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}

/** Signatures are computed over URLs built on it, so it must be exactly what the outside world calls us. */
function toPublicUrl(text: string, context: z.RefinementCtx): string {
  if (hasProtocol(text, ['http:', 'https:'])) {
    const url = new URL(text);
    if (url.search === '' && url.hash === '' && url.username === '') return url.href.replace(/\/+$/, '');
  }
  context.addIssue('must be an http or https URL without a query, a fragment or a user');
  return z.NEVER;
}

/** `api,projector`: in the order of `ROLES`, each once; undefined when one of them is no role. */
export function parseRoles(text: string): readonly Role[] | undefined {
  const asked = text.split(',').map((name) => name.trim());
  const isRole = (name: string): name is Role => ROLES.some((role) => role === name);
  return asked.every(isRole) ? ROLES.filter((role) => asked.includes(role)) : undefined;
}

/** What a list of roles must be. */
export const ROLES_WANTED = `must be roles out of ${ROLES.join(', ')}, separated by commas`;

function toRoles(text: string, context: z.RefinementCtx): readonly Role[] {
  const roles = parseRoles(text);
  if (roles !== undefined) return roles;
  context.addIssue(ROLES_WANTED);
  return z.NEVER;
}

function toOrigins(text: string, context: z.RefinementCtx): readonly string[] {
  const origins = text.split(',').map((origin) => origin.trim());
  for (const origin of origins) {
    if (hasProtocol(origin, ['http:', 'https:']) && new URL(origin).origin === origin) continue;
    context.addIssue('must be origins such as https://app.example.com, separated by commas, without paths');
    return z.NEVER;
  }
  return origins;
}

/** Where the keys are that secrets at rest are sealed under. */
export const secretKeySourceOf = ({ dataDir, secretKey: configured, previousSecretKey }: Config) => ({
  ...{ dataDir, configured },
  configuredPrevious: previousSecretKey,
});
