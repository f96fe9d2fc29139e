import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { doctor } from './doctor-rig.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
afterEach(() => vi.unstubAllEnvs());

it('finds nothing wrong with a Parley that runs and has worked, and prints nothing of what was said', async () => {
  for (const [name, value] of Object.entries(app.env)) vi.stubEnv(name, value);
  const SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
  await app.client.run(SEND, {
    input: { channelId: app.channelId, to: { phoneNumber: '+15550100000' }, content: { text: { text: 'Private' } } },
  });
  const examined = await eventually(async () => {
    const found = await doctor();
    expect(found.problems, found.text).toEqual([]);
    expect(found.of('CONSUMER_INTERPRETER')[0]).toMatchObject({ severity: 'ok' });
    return found;
  });
  for (const code of ['LOG', 'LOG_INSTANCE', 'READINESS', 'CONSUMER_PROJECTOR', 'OUTBOX', 'LEASES'])
    expect(examined.of(code)[0], code).toMatchObject({ severity: 'ok' });
  expect(examined.text).not.toMatch(/Private|\+1555/);
  for (const secret of [app.apiKey, app.env['PARLEY_SECRET_KEY'] ?? '']) expect(examined.text).not.toContain(secret);
});
