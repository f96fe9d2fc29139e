import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.js';
import { channelIds } from '../../src/events/kernel/ids.js';
import { createChannelDirectory } from '../../src/providers/create-channel-directory.js';
import { createSecretBox } from '../../src/secrets/secret-box.js';
import { connectSandbox, openCommandBench, type CommandBench } from '../support/command-bench.js';
import { eventually } from '../support/eventually.js';
import { testLog } from '../support/log.js';

describe('the channel directory', () => {
  let bench: CommandBench;
  beforeAll(async () => {
    bench = await openCommandBench();
  });
  afterAll(() => bench.stop());

  const open = (box = bench.box) => createChannelDirectory({ database: bench.database, box, logger: testLog });

  it('knows every channel from its start, with opened settings', async () => {
    const directory = await open();
    expect(directory.get(bench.channelId)).toMatchObject({ provider: 'SANDBOX', isEnabled: true });
    expect(directory.get(bench.channelId)?.settings).toHaveProperty('token');
    expect(directory.all().map(({ id }) => id)).toContain(bench.channelId);
    await directory.stop();
  });

  it('learns of a new channel by NOTIFY, and of an unknown one by asking once', async () => {
    const directory = await open();
    const made = await connectSandbox(bench.commands, bench.caller);
    await eventually(() => expect(directory.get(made)).toBeDefined());
    expect(await directory.find(channelIds.fromUuid('00000000-0000-7000-8000-000000000000'))).toBeUndefined();
    await directory.stop();
  });

  it('forgets what is gone, and reads past its memory when asked to', async () => {
    const directory = await open();
    const made = await connectSandbox(bench.commands, bench.caller);
    await eventually(() => expect(directory.get(made)).toBeDefined());
    const uuid = channelIds.toUuid(made);
    await bench.database.pool.query('update config.channels set is_enabled = false where id = $1', [uuid]);
    expect(directory.get(made)?.isEnabled).toBe(true);
    expect((await directory.refresh(made))?.isEnabled).toBe(false);
    await bench.database.pool.query('delete from config.channels where id = $1', [uuid]);
    await bench.database.pool.query(`select pg_notify('parley_channels', $1)`, [made]);
    await eventually(() => expect(directory.get(made)).toBeUndefined());
    await directory.stop();
  });

  it('leaves out what it can not open, and says so only to whoever asks for it', async () => {
    const directory = await open(createSecretBox(randomBytes(32)));
    expect(directory.get(bench.channelId)).toBeUndefined();
    const unknown = channelIds.fromUuid('00000000-0000-7000-8000-000000000000');
    const asked = await Promise.allSettled([directory.find(bench.channelId), directory.find(unknown)]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    await directory.stop();
  });

  it('starts empty while Postgres is away', async () => {
    const database = openDatabase('postgres://nobody@127.0.0.1:1/nowhere', testLog);
    const directory = await createChannelDirectory({ database, box: bench.box, logger: testLog });
    expect(directory.all()).toEqual([]);
    await expect(directory.find(bench.channelId)).rejects.toThrow();
    await directory.stop();
    await database.close();
  });
});
