import { Agent, request } from 'undici';
import type { Place, Side } from '../compared-path.js';
import { PAYLOAD } from './waiting-rows.js';

/** As many as the dispatcher has under way at most, with the same body and headers; each reads its answer. */
const CALLERS = 128;

export function barePosts({ providerUrl }: Place): Promise<Side> {
  const dispatcher = new Agent({ connectTimeout: 10_000 });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${'t'.repeat(43)}` };
  const post = async (n: number) => {
    const json = {
      to: PAYLOAD.address,
      reference: `msg_${n.toString(32).padStart(26, '0')}.1.0`,
      callbackUrl: 'http://127.0.0.1:9/webhooks/sandbox/chan_00000000000000000000000000',
      content: PAYLOAD.content,
    };
    const answer = await request(`${providerUrl}/messages`, {
      ...{ method: 'POST', dispatcher, headers, body: JSON.stringify(json) },
    });
    if (answer.statusCode !== 202) throw new Error(`The provider answered ${answer.statusCode}.`);
    await answer.body.json();
  };
  return Promise.resolve({
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      let operations = 0;
      const call = async (caller: number) => {
        while (performance.now() < until) {
          const startedAt = performance.now();
          await post((operations += 1));
          if (caller === 0) latenciesMs.push(performance.now() - startedAt);
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
      return { operations, latenciesMs };
    },
    close: () => dispatcher.close(),
  });
}
