import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';

/** How to reach Kafka and what the topics are made with; part of the configuration. */
export interface KafkaConfig {
  /** `host:port` each; at least one. */
  readonly brokers: readonly string[];
  /** Undefined: not encrypted. PEM texts; undefined ones are the system's or absent. */
  readonly tls: KafkaTls | undefined;
  readonly sasl: KafkaSasl | undefined;
  /** Undefined: the broker's default. Matters only when a topic is made. */
  readonly replicationFactor: number | undefined;
  /** `min.insync.replicas` of the topics. Undefined: the broker's default. */
  readonly minIsr: number | undefined;
  /** Topics are `<prefix>.events.v1` and `<prefix>.webhooks.v1`. */
  readonly topicPrefix: string;
}

export interface KafkaTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface KafkaSasl {
  readonly mechanism: (typeof MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const BROKER = /^(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/;

const isBroker = (text: string): boolean => Number(BROKER.exec(text)?.[1] ?? Infinity) <= 65_535;

const count = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((number) => number >= min && number <= max, `must be a whole number from ${min} to ${max}`)
    .optional();

/** The variables that concern Kafka, each judged on its own. */
export const kafkaEnvironment = {
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .refine((brokers) => brokers.every(isBroker), 'must be brokers such as kafka-1:9092, separated by commas')
    .optional(),
  KAFKA_SSL: z.enum(['true', 'false'], 'must be true or false').optional(),
  KAFKA_SSL_CA: z.string().optional(),
  KAFKA_SSL_CERT: z.string().optional(),
  KAFKA_SSL_KEY: z.string().optional(),
  KAFKA_SASL_MECHANISM: z.enum(MECHANISMS, `must be one of ${MECHANISMS.join(', ')}`).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  KAFKA_REPLICATION_FACTOR: count(1, 100),
  KAFKA_MIN_ISR: count(1, 100),
  PARLEY_TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,200}$/, 'must be 1 to 200 letters, digits, dots, underscores or hyphens')
    .default('parley'),
};

type KafkaEnvironment = z.infer<z.ZodObject<typeof kafkaEnvironment>>;

/** Judges the variables together, and reads the files that they name. */
export function readKafkaConfig(is: KafkaEnvironment): {
  readonly kafka: KafkaConfig | undefined;
  readonly faults: readonly string[];
} {
  if (is.KAFKA_BROKERS === undefined) return { kafka: undefined, faults: [] };
  const faults: string[] = [];
  const kafka: KafkaConfig = {
    brokers: is.KAFKA_BROKERS,
    tls: readTls(is, faults),
    sasl: readSasl(is, faults),
    replicationFactor: is.KAFKA_REPLICATION_FACTOR,
    minIsr: is.KAFKA_MIN_ISR,
    topicPrefix: is.PARLEY_TOPIC_PREFIX,
  };
  if ((kafka.minIsr ?? 1) > (kafka.replicationFactor ?? Infinity))
    faults.push('KAFKA_MIN_ISR must not be above KAFKA_REPLICATION_FACTOR: nothing could be written');
  return { kafka, faults };
}

function readTls(is: KafkaEnvironment, faults: string[]): KafkaTls | undefined {
  const isAsked = is.KAFKA_SSL === 'true';
  const names = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'] as const;
  if (!isAsked) {
    // Whoever names certificates believes that the connection is encrypted.
    for (const name of names) if (is[name] !== undefined) faults.push(`${name} is set and KAFKA_SSL is not true`);
    return undefined;
  }
  if ((is.KAFKA_SSL_CERT === undefined) !== (is.KAFKA_SSL_KEY === undefined))
    faults.push('KAFKA_SSL_CERT and KAFKA_SSL_KEY must be set together');
  const [ca, cert, key] = names.map((name) => readFile(name, is[name], faults));
  if (ca !== undefined && !isAccepted(() => new X509Certificate(ca)))
    faults.push('KAFKA_SSL_CA must name a file of certificates in PEM form');
  if (cert !== undefined && key !== undefined && !isAccepted(() => createSecureContext({ cert, key })))
    faults.push('KAFKA_SSL_CERT and KAFKA_SSL_KEY must name a certificate and its unencrypted private key in PEM form');
  return { ca, cert, key };
}

/** Judged now: what is wrong with it would otherwise look like a broker that is away. */
function isAccepted(use: () => unknown): boolean {
  try {
    use();
    return true;
  } catch {
    return false;
  }
}

function readFile(name: string, path: string | undefined, faults: string[]): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    faults.push(`${name} must name a file that can be read`);
    return undefined;
  }
}

function readSasl(is: KafkaEnvironment, faults: string[]): KafkaSasl | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = is;
  if (mechanism === undefined && username === undefined && password === undefined) return undefined;
  if (mechanism === undefined || username === undefined || password === undefined) {
    faults.push('KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be set together');
    return undefined;
  }
  return { mechanism, username, password };
}
