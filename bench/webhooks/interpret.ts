import type { Side } from '../compared-path.js';
import { aroundAndAround } from './around-and-around.js';
import { EVERYDAY } from './everyday.js';
import { grownTo } from './grown.js';
import { openChannel, type BenchedKind } from './open-channel.js';

const each = (bodies: Readonly<Record<BenchedKind, readonly unknown[]>>) =>
  (Object.entries(bodies) as [BenchedKind, readonly unknown[]][]).flatMap(([kind, all]) =>
    all.map((json) => ({ kind, body: Buffer.from(JSON.stringify(json)) })),
  );

/** Every provider's bodies, each through its own adapter. */
export const interpretBodies = (): Promise<Side> => Promise.resolve(interpreting(EVERYDAY));

/** @throws where an adapter doesn't understand one: it would be cheap to read */
function interpreting(bodies: Readonly<Record<BenchedKind, readonly unknown[]>>, operations?: number): Side {
  const all = each(bodies).map(({ kind, body }) => {
    const { adapter, settings } = openChannel(kind);
    const webhook = { headers: {}, url: 'https://parley.example/webhooks', body };
    const misread = adapter.interpret(webhook, settings).find((said) => said.kind === 'uninterpreted');
    if (misread !== undefined) throw new Error(`${kind}: ${misread.reason}`);
    return () => adapter.interpret(webhook, settings);
  });
  return aroundAndAround(all, operations);
}

/** The least that reading them can cost. */
export const parseBodies = (): Promise<Side> =>
  Promise.resolve(
    aroundAndAround(
      each(EVERYDAY).map(
        ({ body }) =>
          () =>
            JSON.parse(body.toString('utf8')) as unknown,
      ),
    ),
  );

/** One body of each form that can be long, of so many KiB. An operation is a KiB of them. */
export function interpretOfSize(kib: number): Promise<Side> {
  const bodies = grownTo(kib * 1_024);
  const bytes = each(bodies).reduce((sum, { body }) => sum + body.length, 0);
  return Promise.resolve(interpreting(bodies, bytes / 1_024));
}
