import type { Interpretation, ProviderAdapter } from '../../src/providers/provider.js';
import type { ExchangeAdapters } from '../../src/roles/role.js';

/** Webhooks of the form `{ says: [...] }` are read as just that; all others as the adapter does. */
export const saying: ExchangeAdapters = (adapters) =>
  adapters.map((adapter): ProviderAdapter => ({
    ...adapter,
    interpret: (webhook, settings) => {
      const { says } = JSON.parse(webhook.body.toString('utf8')) as { says?: readonly Interpretation[] };
      return says === undefined ? adapter.interpret(webhook, settings) : says.map(withTimes);
    },
  }));

/** Dates are texts in JSON. */
function withTimes(said: Interpretation): Interpretation {
  const dated =
    'occurredAt' in said && said.occurredAt !== undefined ? { ...said, occurredAt: new Date(said.occurredAt) } : said;
  if (dated.kind !== 'watermark' || !('time' in dated.upTo)) return dated;
  return { ...dated, upTo: { time: new Date(dated.upTo.time) } };
}

/** As a version does that understands nothing of it yet. */
export const deaf: ExchangeAdapters = (adapters) =>
  adapters.map((adapter): ProviderAdapter => ({
    ...adapter,
    interpret: () => [{ kind: 'uninterpreted', reason: 'Deaf.' }],
  }));

/** A time of the story that a provider tells. */
export const atSecond = (second: number): Date => new Date(Date.UTC(2026, 5, 1, 12, 0, second));
