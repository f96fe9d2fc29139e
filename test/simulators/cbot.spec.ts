import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCbotSimulator, type CbotFlavour } from '../../src/simulators/cbot.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';

const FRAMES = {
  ON_PREMISES: { recipient_type: 'individual', to: '31600000001' },
  CLOUD: { messaging_product: 'whatsapp', recipient_type: 'individual', to: '31600000001' },
} as const;
const PATHS = { ON_PREMISES: '/v1/messages', CLOUD: '/messages' } as const;
const text = (body: string) => ({ type: 'text', text: { body } });
const template = (name: string, more: object = {}) => ({
  type: 'template',
  template: { name, language: { policy: 'deterministic', code: 'nl' }, ...more },
});
const link = {
  type: 'interactive',
  interactive: {
    ...{ type: 'cta_url', body: { text: 'See it' } },
    action: { name: 'cta_url', parameters: { display_text: 'Open', url: 'https://example.net' } },
  },
};

describe.each(['ON_PREMISES', 'CLOUD'] as const)('the simulated API of CBOT, %s', (flavour: CbotFlavour) => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator(createCbotSimulator({ flavour, apiKey: 'key-1' }));
  });
  afterAll(() => simulator.stop());

  const isCloud = flavour === 'CLOUD';
  const namespace = isCloud ? {} : { namespace: 'ns_1' };
  const call = async (body: object, path: string = PATHS[flavour], key = 'key-1') => {
    const answer = await fetch(`${simulator.baseUrl}${path}`, {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', 'D360-API-KEY': key },
    });
    return { status: answer.status, json: await answer.json() };
  };
  const codeIn = (json: unknown): unknown => {
    const { errors, error } = json as { errors?: { code: number }[]; error?: { code: number } };
    return errors?.[0]?.code ?? error?.code;
  };
  const [BAD, MISSING, OUTSIDE] = isCloud ? [131_009, 132_001, 131_047] : [1_009, 2_001, 470];

  it('takes what is right', async () => {
    const taken = await call({ ...FRAMES[flavour], ...text('hi') });
    expect(taken).toMatchObject({ status: isCloud ? 200 : 201, json: { messages: [{ id: expect.any(String) }] } });
    expect((await call({ ...FRAMES[flavour], ...template('order_ready', namespace) })).status).toBeLessThan(300);
  });

  it.each<readonly [string, object, number]>([
    ['a text too long', text('x'.repeat(4_097)), BAD],
    ['no text', { type: 'text' }, BAD],
    ['a number that is none', { ...text('hi'), to: 'two words' }, BAD],
    ['no such type', { type: 'pigeon' }, BAD],
    ['what nobody knows', { ...text('hi'), subject: 'News' }, BAD],
    ['an unknown template', template('nope', namespace), MISSING],
    ['a template in the other flavour', template('order_ready', isCloud ? { namespace: 'ns_1' } : {}), BAD],
    ['whoever wrote long ago', { ...text('hi'), to: '31600000470' }, OUTSIDE],
  ])('refuses %s', async (_name, said, code) => {
    const answer = await call({ ...FRAMES[flavour], ...said });
    expect(codeIn(answer.json)).toBe(code);
  });

  it('refuses the frame, the path and the key of others', async () => {
    const other = isCloud ? 'ON_PREMISES' : 'CLOUD';
    expect(codeIn((await call({ ...FRAMES[other], ...text('hi') })).json)).toBe(BAD);
    expect((await call({ ...FRAMES[flavour], ...text('hi') }, PATHS[other])).status).toBe(404);
    expect(await call({ ...FRAMES[flavour], ...text('hi') }, PATHS[flavour], 'key-2')).toMatchObject({
      ...{ status: 401, json: { meta: { success: false, http_code: 401 } } },
    });
  });

  it('knows buttons that open links in the cloud only', async () => {
    expect((await call({ ...FRAMES[flavour], ...link })).status).toBe(isCloud ? 200 : 400);
  });

  it('is told its webhook, and shows it', async () => {
    expect(await call({ url: 'no URL' }, '/v1/configs/webhook')).toMatchObject({ status: 400 });
    const told = { url: 'https://parley.example/w', headers: { Authorization: 'Basic eDp5' } };
    expect(await call(told, '/v1/configs/webhook')).toMatchObject({ status: 200, json: told });
  });
});
