import { expect, it } from 'vitest';
import { shownCall } from '../../src/providers/shown-call.js';

const CALL = { baseUrl: 'https://api.example', method: 'POST', path: '/messages' } as const;

it('shows the call as it goes, with its content type', () => {
  const json = { to: '+31600000001', text: undefined, part: { count: 1 } };
  expect(shownCall({ ...CALL, baseUrl: 'https://api.example/', json })).toEqual({
    ...{ method: 'POST', url: 'https://api.example/messages' },
    headers: { 'content-type': 'application/json' },
    body: { to: '+31600000001', part: { count: 1 } },
  });
  expect(shownCall({ ...CALL, method: 'DELETE' })).toEqual({
    ...{ method: 'DELETE', url: 'https://api.example/messages', headers: {}, body: undefined },
  });
});

it('hides every header of the adapter, and secrets wherever they stand', () => {
  const shown = shownCall({
    ...{ ...CALL, baseUrl: 'https://somebody:marker@api.example', path: '/bot1%3Amarker/send?as=1:marker' },
    headers: { authorization: 'Bearer marker' },
    json: { chat: ['of 1:marker', 1, null], '1:marker': 'a name is not hidden: no secret names anything' },
    secrets: ['1:marker', ''],
  });
  expect(shown.url).toBe('https://api.example/bot[hidden]/send?as=[hidden]');
  expect(shown.headers).toEqual({ authorization: '[hidden]', 'content-type': 'application/json' });
  expect(shown.body).toMatchObject({ chat: ['of [hidden]', 1, null] });
});
