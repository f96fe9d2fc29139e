import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { createTelegramSimulator, type TelegramSimulator } from '../../src/simulators/telegram.js';

describe('the simulated Bot API refuses what the contract refuses', () => {
  let simulator: Simulator;
  let telegram: TelegramSimulator;
  beforeAll(async () => {
    telegram = createTelegramSimulator({ botToken: '1:a' });
    simulator = await startSimulator(telegram);
  });
  afterAll(() => simulator.stop());

  const call = async (path: string, body: unknown) => {
    const answer = await fetch(`${simulator.baseUrl}${path}`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    });
    return { status: answer.status, json: await answer.json() };
  };

  it.each<readonly [string, string, object, number, string]>([
    ['another token', '/bot2:b/sendMessage', { chat_id: 77, text: 'hi' }, 401, 'Unauthorized'],
    ['no such method', '/bot1:a/sendPigeon', {}, 404, 'Not Found'],
    ['no chat', '/bot1:a/sendMessage', { text: 'hi' }, 400, 'chat_id'],
    ['an empty text', '/bot1:a/sendMessage', { chat_id: 77, text: '' }, 400, 'message text is empty'],
    ['a text too long', '/bot1:a/sendMessage', { chat_id: 77, text: 'x'.repeat(4_097) }, 400, 'text'],
    ['nobody there', '/bot1:a/sendMessage', { chat_id: 400, text: 'hi' }, 400, 'chat not found'],
    [
      'a button that carries too much',
      '/bot1:a/sendMessage',
      {
        ...{ chat_id: 77, text: 'hi' },
        reply_markup: { inline_keyboard: [[{ text: 'A', callback_data: 'x'.repeat(65) }]] },
      },
      400,
      'BUTTON_DATA_INVALID',
    ],
  ])('%s', async (_name, path, body, status, words) => {
    const answer = await call(path, body);
    expect(answer).toMatchObject({ status, json: { ok: false, error_code: status } });
    expect(JSON.stringify(answer.json)).toContain(words);
  });

  it('gives a file where it says it lies, in parts too, to who knows the token', async () => {
    const fileId = telegram.addFile(Buffer.from('0123456789'), 'documents/a b.txt');
    const { json } = await call('/bot1:a/getFile', { file_id: fileId });
    expect(json).toMatchObject({ ok: true, result: { file_path: 'documents/a b.txt', file_size: 10 } });
    const get = (path: string, range?: string) =>
      fetch(`${simulator.baseUrl}${path}`, range === undefined ? {} : { headers: { range } });
    const place = '/file/bot1:a/documents/a%20b.txt';
    expect(await (await get(place)).text()).toBe('0123456789');
    for (const [range, text] of [
      ['bytes=2-4', '234'],
      ['bytes=8-', '89'],
      ['bytes=-1', '9'],
    ] as const) {
      const part = await get(place, range);
      expect([part.status, await part.text()]).toEqual([206, text]);
    }
    expect((await get(place, 'bytes=10-')).status).toBe(416);
    expect((await get(place.replace('1:a', '2:b'))).status).toBe(404);
    expect(await call('/bot1:a/getFile', { file_id: 'unknown' })).toMatchObject({ status: 400 });
    const large = telegram.addFile(Buffer.alloc(20 * 1024 * 1024 + 1));
    expect(JSON.stringify(await call('/bot1:a/getFile', { file_id: large }))).toContain('file is too big');
  });

  it('takes what is right, and misbehaves when it is told to', async () => {
    const right = { chat_id: 77, text: 'hi' };
    expect(await call('/bot1:a/sendMessage', right)).toMatchObject({ status: 200, json: { ok: true } });
    simulator.misbehave({ throttles: 1 });
    expect(await call('/bot1:a/sendMessage', right)).toMatchObject({
      ...{ status: 429, json: { parameters: { retry_after: 1 } } },
    });
    simulator.misbehave({ acceptsAndDrops: 1 });
    await expect(call('/bot1:a/sendMessage', right)).rejects.toThrow();
    simulator.misbehave({});
    expect(simulator.calls.at(-1)).toMatchObject({ status: 'dropped', json: right });
  });
});
