import fastify from 'fastify';
import type { Place, Side } from '../compared-path.js';
import { startLoad, underLoad } from '../load-process.js';
import { channelIds, createChannelDirectory, createSecretBox, openDatabase, warning } from '../product.js';
import { createSandboxChannel } from './ask.js';
import { SECRET_KEY, startParley } from './parley.js';

const CONNECTIONS = 64;

/** Verified, and in Kafka, before it is answered. */
export async function webhooksToApi(place: Place): Promise<Side> {
  const parley = await startParley(place, ['api'], { PARLEY_SANDBOX: 'false' });
  const channelId = await createSandboxChannel(parley);
  const url = `${parley.url}/webhooks/sandbox/${channelId}`;
  const token = await tokenOf(place, channelId);
  const load = await startLoad({ kind: 'webhooks', url, token, connections: CONNECTIONS });
  return underLoad(load, () => parley.stop());
}

/** A route that parses the JSON and answers. */
export async function webhooksToBareFastify(): Promise<Side> {
  const app = fastify({ logger: false });
  app.post('/webhooks/:provider/:channelId', (_request, reply) => reply.code(200).send());
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `${origin}/webhooks/sandbox/chan_00000000000000000000000000`;
  const load = await startLoad({ kind: 'webhooks', url, token: 't'.repeat(43), connections: CONNECTIONS });
  return underLoad(load, () => app.close());
}

/** What the carrier would know; the API shows it to nobody. */
async function tokenOf({ databaseUrl }: Place, channelId: string): Promise<string> {
  const database = openDatabase(databaseUrl, warning);
  const directory = await createChannelDirectory({ database, box: createSecretBox(SECRET_KEY), logger: warning });
  try {
    const id = channelIds.parse(channelId);
    const token = id && tokenIn(directory.get(id)?.settings);
    if (typeof token !== 'string') throw new Error('The channel has no token.');
    return token;
  } finally {
    await directory.stop();
    await database.close();
  }
}

const tokenIn = (settings: unknown): unknown =>
  typeof settings === 'object' && settings !== null && 'token' in settings ? settings.token : undefined;
