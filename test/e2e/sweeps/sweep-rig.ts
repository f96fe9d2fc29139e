import { afterAll, beforeAll } from 'vitest';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { newWorkspace } from '../../support/workspaces.js';
import { createWorld, type World } from './world.js';

/** One Parley for all sweeps, with a hidden schema and two workspaces that know nothing of each other. */
export let app: TestApp;
export let owner: World;
export let stranger: World;

beforeAll(async () => {
  app = await startTestApp({ PARLEY_INTROSPECTION: 'false' });
  [owner, stranger] = await Promise.all([
    createWorld(await newWorkspace(app), 'ours', '+15550107101'),
    createWorld(await newWorkspace(app), 'theirs', '+15550107202'),
  ]);
});
afterAll(() => app.stop());
