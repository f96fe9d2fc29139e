import { createApp, type App } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { apiClient, type ApiClient } from './api-client.js';
import { cloneDatabase } from './database.js';
import { temporaryDataDir } from './parley-process.js';

/** A whole Parley in this process, on a database of its own, as the end-to-end tests use it. */
export interface TestApp {
  readonly url: string;
  readonly apiKey: string;
  readonly databaseUrl: string;
  readonly client: ApiClient;
  /** The demo workspace's sandbox channel. */
  readonly channelId: string;
  stop(): Promise<void>;
}

export async function startTestApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const database = await cloneDatabase();
  const data = await temporaryDataDir();
  const app: App = await createApp(
    readConfig({
      PORT: '0',
      DATABASE_URL: database.url,
      PARLEY_DATA_DIR: data.path,
      PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      PARLEY_LOG_LEVEL: 'silent',
      ...env,
    }),
  );
  const { apiKey } = await app.ready;
  const client = apiClient(app.url, apiKey);
  const found = await client.run<{ channels: { nodes: { id: string }[] } }>(
    '{ channels(filter: { provider: SANDBOX }) { nodes { id } } }',
  );
  return {
    url: app.url,
    apiKey,
    databaseUrl: database.url,
    client,
    channelId: found.channels.nodes[0]?.id ?? '',
    async stop() {
      await app.stop();
      await data.remove();
      await database.drop();
    },
  };
}
