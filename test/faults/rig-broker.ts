import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker, type Broker } from '../../kafka/broker.mjs';
import { startKafkaProxy, type KafkaProxy } from '../support/kafka-proxy.js';
import { kafkaBrokers, newTopicPrefix } from '../support/kafka.js';
import { newScratch } from '../support/scratch.js';

/** A broker that a test may kill. */
export interface RigBroker {
  /** Where its files lie: the segments of a partition in `log/<topic>-<partition>`. */
  readonly dataDir: string;
  /** Default SIGKILL. Resolves when its process is gone. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** On the same ports and data. Resolves when it answers requests, which is before it leads its partitions again. */
  restart(): Promise<void>;
}

export interface RigKafka {
  readonly proxy: KafkaProxy;
  /** `host:port`, past the proxy. */
  readonly address: string;
  readonly prefix: string;
  readonly broker: RigBroker | undefined;
  close(): Promise<void>;
}

/** The run's Kafka with a prefix of this rig's own, or a broker of its own; behind a proxy in both cases. */
export async function openRigKafka(hasOwnBroker: boolean, ownDataDir?: string): Promise<RigKafka> {
  const own = hasOwnBroker ? await startOwnBroker(ownDataDir) : undefined;
  const [address = ''] = (own?.address ?? kafkaBrokers()).split(',');
  const proxy = await startKafkaProxy(address);
  return {
    ...{ proxy, address, prefix: newTopicPrefix(), broker: own },
    async close() {
      await proxy.close();
      await own?.close();
    },
  };
}

async function startOwnBroker(given?: string) {
  const dataDir = given === undefined ? await newScratch('parley-broker-') : join(given, 'broker');
  let broker: Broker = await startBroker({ dataDir });
  const { brokers: address, port, controllerPort } = broker;
  return {
    ...{ address, dataDir },
    kill: (signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL') => broker.kill(signal),
    async restart() {
      broker = await startBroker({ dataDir, port, controllerPort });
    },
    async close() {
      await broker.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
