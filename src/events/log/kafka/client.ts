import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Kafka, type ISocketFactory, type SASLOptions } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaConfig, KafkaSasl, KafkaTls } from '../../../kafka-config.js';
import { logCreator, logLevelFor } from './logger.js';
import { deliverWholeFrames } from './whole-frames.js';

export interface KafkaClientOptions {
  readonly kafka: KafkaConfig;
  readonly logger: Logger;
  /** What the broker's own logs and quotas know us by. */
  readonly clientId?: string;
}

/**
 * All five, because kafkajs has other defaults where NODE_ENV is `test`. A dead broker is given up after 1.5 s of
 * waiting in between; who must not give up asks again himself.
 */
const RETRY = { initialRetryTime: 100, multiplier: 2, factor: 0.2, maxRetryTime: 1_000, retries: 4 };

const CONNECT_WITHIN_MS = 1_000;
const AUTHENTICATE_WITHIN_MS = 3_000;
/** Callers are told within 5 s; a broker that is there answers within milliseconds. */
const ANSWER_WITHIN_MS = 3_000;
/** Half of what the usual load balancers and firewalls grant an idle connection. */
const KEEP_ALIVE_AFTER_MS = 30_000;

/** A client that connects nowhere yet: its producers, consumers and admins do. */
export function createKafkaClient({ kafka, logger, clientId = 'parley' }: KafkaClientOptions): Kafka {
  return new Kafka({
    clientId,
    brokers: anyOf(kafka.brokers.map(spellForKafkajs)),
    ...(kafka.tls === undefined ? {} : { ssl: kafka.tls }),
    ...(kafka.sasl === undefined ? {} : { sasl: saslOf(kafka.sasl) }),
    socketFactory: socketsWithoutNagle(kafka.tls),
    connectionTimeout: CONNECT_WITHIN_MS,
    authenticationTimeout: AUTHENTICATE_WITHIN_MS,
    requestTimeout: ANSWER_WITHIN_MS,
    enforceRequestTimeout: true,
    retry: RETRY,
    logLevel: logLevelFor(logger),
    logCreator: logCreator(logger),
  });
}

/**
 * Whom to ask first, chosen anew for each connection: kafkajs would always begin with the first of the list, and one
 * that takes connections but never answers (a frozen machine) is none that it passes over.
 */
function anyOf(brokers: readonly string[]): () => string[] {
  let last: string | undefined;
  return () => {
    const others = brokers.length > 1 ? brokers.filter((broker) => broker !== last) : brokers;
    last = others[Math.floor(Math.random() * others.length)];
    return last === undefined ? [] : [last];
  };
}

/** A new object for each client: kafkajs writes into it. */
function saslOf({ mechanism, username, password }: KafkaSasl): SASLOptions {
  const names = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;
  return { mechanism: names[mechanism], username, password };
}

/** kafkajs's own sockets leave Nagle's algorithm on, which holds small requests back for up to 40 ms. */
function socketsWithoutNagle(tls: KafkaTls | undefined): ISocketFactory {
  return ({ host: spelled, port, onConnect }) => {
    const host = spelledBack(spelled);
    const socket =
      tls === undefined
        ? connect({ host, port }, onConnect)
        : connectTls({ host, port, ...tls, ...(isIP(host) ? {} : { servername: host }) }, onConnect);
    return deliverWholeFrames(socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_AFTER_MS));
  };
}

/** kafkajs cuts `host:port` at the first colon, so the colons of an IPv6 address travel through it as commas. */
const spellForKafkajs = (broker: string): string =>
  broker.replace(/^\[(.*)\]/, (_, address: string) => `[${address.replaceAll(':', ',')}]`);

const spelledBack = (host: string): string => (host.startsWith('[') ? host.slice(1, -1).replaceAll(',', ':') : host);
