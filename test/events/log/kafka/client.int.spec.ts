import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createKafkaClient } from '../../../../src/events/log/kafka/client.js';
import { toLogError } from '../../../../src/events/log/kafka/faults.js';
import { LogUnavailableError } from '../../../../src/events/log/event-log.js';
import { eventually } from '../../../support/eventually.js';
import { testLog } from '../../../support/log.js';
import { kafkaConfig } from '../../../support/secure-kafka.js';

/** Something that takes connections where a broker should be. */
async function listenOn(host: string) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    sockets,
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the Kafka client', () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  it('finds a broker by its IPv6 address', async () => {
    const server = await listenOn('::1');
    stops.push(() => server.stop());
    const admin = createKafkaClient({ kafka: kafkaConfig(`[::1]:${server.port}`), logger: testLog }).admin();
    const refused = admin.connect().catch((error: unknown) => error);
    await eventually(() => expect(server.sockets).not.toEqual([]));
    await server.stop();
    expect(toLogError(await refused)).toBeInstanceOf(LogUnavailableError);
    await admin.disconnect();
  });

  it('asks another broker the next time: the first of the list may be one that never answers', async () => {
    const [frozen, other] = [await listenOn('127.0.0.1'), await listenOn('127.0.0.1')];
    stops.push(
      () => frozen.stop(),
      () => other.stop(),
    );
    const brokers = `127.0.0.1:${frozen.port},127.0.0.1:${other.port}`;
    const client = createKafkaClient({ kafka: kafkaConfig(brokers), logger: testLog });
    const admins = [client.admin(), client.admin()];
    const outcomes = Promise.allSettled(admins.map((admin) => admin.connect()));
    await eventually(() => expect([frozen.sockets.length, other.sockets.length]).toEqual([1, 1]));
    await Promise.all([frozen.stop(), other.stop()]);
    for (const outcome of await outcomes) {
      if (outcome.status === 'fulfilled') throw new TypeError('It believes that it is connected.');
      expect(toLogError(outcome.reason)).toBeInstanceOf(LogUnavailableError);
    }
    await Promise.all(admins.map((admin) => admin.disconnect()));
  });
});
