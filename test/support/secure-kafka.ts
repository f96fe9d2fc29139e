import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { KafkaConfig, KafkaSasl, KafkaTls } from '../../src/kafka-config.js';
import { startBroker } from '../../kafka/broker.mjs';
import { createAuthority, type Authority } from './certificates.js';
import { newScratch } from './scratch.js';

/** A broker with a listener of each kind, and rights: who isn't an administrator may do only what is granted. */
export interface SecureKafka {
  /** Everybody is an administrator here. */
  readonly plaintext: string;
  readonly saslPlaintext: string;
  readonly saslTls: string;
  /** Asks for a client certificate; `CN=app` is an administrator. */
  readonly mutualTls: string;
  readonly authority: Authority;
  /** Of the administrator `app`, with any mechanism. */
  readonly password: string;
  /** Of the users `stranger`, `writer` and `reader`, PLAIN only, who may do nothing until it is granted. */
  readonly otherPassword: string;
  stop(): Promise<void>;
}

export async function startSecureKafka(): Promise<SecureKafka> {
  const dataDir = await newScratch('parley-secure-kafka-');
  const [plaintext, saslPlaintext, saslTls, mutualTls, controller] = await freePorts(5);
  const authority = createAuthority('Authority of a test');
  const [password, otherPassword] = [randomBytes(9).toString('hex'), randomBytes(9).toString('hex')];
  const { cert, key } = authority.issue('broker');
  await writeFile(join(dataDir, 'broker.pem'), key + cert);
  await writeFile(join(dataDir, 'ca.pem'), authority.ca);
  const at = (port: number | undefined) => `127.0.0.1:${port}`;
  const broker = await startBroker({
    dataDir,
    ...(plaintext === undefined ? {} : { port: plaintext }),
    ...(controller === undefined ? {} : { controllerPort: controller }),
    scram: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => `${mechanism}=[name=app,password=${password}]`),
    properties: {
      listeners:
        `PLAINTEXT://${at(plaintext)},SASL_PLAINTEXT://${at(saslPlaintext)},SASL_SSL://${at(saslTls)},` +
        `SSL://${at(mutualTls)},CONTROLLER://${at(controller)}`,
      'listener.security.protocol.map':
        'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT',
      ...loginProperties(password, otherPassword),
      ...tlsProperties(dataDir),
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS;User:app;User:CN=app',
    },
  });
  return {
    plaintext: at(plaintext),
    saslPlaintext: at(saslPlaintext),
    saslTls: at(saslTls),
    mutualTls: at(mutualTls),
    authority,
    password,
    otherPassword,
    async stop() {
      await broker.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function loginProperties(password: string, otherPassword: string): Record<string, string> {
  const security = 'org.apache.kafka.common.security';
  const users = { app: password, stranger: otherPassword, writer: otherPassword, reader: otherPassword };
  const accounts = Object.entries(users).map(([name, secret]) => `user_${name}="${secret}"`);
  const plain = `${security}.plain.PlainLoginModule required ${accounts.join(' ')};`;
  const scram = `${security}.scram.ScramLoginModule required;`;
  const of = (listener: string) => ({
    [`listener.name.${listener}.plain.sasl.jaas.config`]: plain,
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: scram,
  });
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    // One listener without it, so that an unknown mechanism can be tried.
    'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
    ...of('sasl_plaintext'),
    ...of('sasl_ssl'),
  };
}

const tlsProperties = (dataDir: string): Record<string, string> => ({
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': join(dataDir, 'broker.pem'),
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': join(dataDir, 'ca.pem'),
  'listener.name.ssl.ssl.client.auth': 'required',
});

/** All at once, so that they differ; free again until the broker takes them a moment later. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const listening = (): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
  });

/** A configuration such as the environment gives it, with a topic prefix of its own. */
export const kafkaConfig = (
  brokers: string,
  given: { readonly tls?: KafkaTls; readonly sasl?: KafkaSasl; readonly topicPrefix?: string } = {},
): KafkaConfig => ({
  brokers: brokers.split(','),
  tls: given.tls,
  sasl: given.sasl,
  replicationFactor: undefined,
  minIsr: undefined,
  topicPrefix: given.topicPrefix ?? `test-${randomBytes(6).toString('hex')}`,
});
