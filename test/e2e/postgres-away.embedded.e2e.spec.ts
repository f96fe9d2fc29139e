import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { eventually } from '../support/eventually.js';
import { temporaryDataDir } from '../support/parley-process.js';

it('says once that it waits for Postgres, however often it tries', async () => {
  const data = await temporaryDataDir();
  let tries = 0;
  const away = createServer((socket) => {
    tries += 1;
    socket.resetAndDestroy();
  });
  await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve));
  const { port } = away.address() as AddressInfo;
  const steps: string[] = [];
  const databaseUrl = `postgres://parley@127.0.0.1:${port}/parley`;
  const app = await createApp(
    readConfig({ PORT: '0', DATABASE_URL: databaseUrl, PARLEY_DATA_DIR: data.path, PARLEY_LOG_LEVEL: 'silent' }),
    { onStep: (title) => steps.push(title) },
  );
  const givenUp = expect(app.ready).rejects.toThrow();
  await eventually(() => expect(tries).toBeGreaterThan(2));
  await app.stop();
  await givenUp;
  expect(steps).toEqual(['Waiting: PostgreSQL is away']);
  away.close();
  await data.remove();
});
