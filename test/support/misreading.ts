import type { Interpretation, ProviderAdapter } from '../../src/providers/provider.js';

/**
 * A sandbox adapter as a first version may be: it drops what can be tapped, takes every failure for an unknown one that
 * happened nobody knows when, and doesn't know places.
 */
export const misreading = (adapters: readonly ProviderAdapter[]): readonly ProviderAdapter[] =>
  adapters.map((adapter) => ({
    ...adapter,
    interpret: (webhook, settings) => adapter.interpret(webhook, settings).map(misread),
  }));

function misread(said: Interpretation): Interpretation {
  if (said.kind === 'receipt' && said.status === 'failed')
    return { ...said, failure: { code: 'UNKNOWN', isRetryable: false }, stage: 'UNKNOWN', providerMessage: undefined };
  if (said.kind !== 'received') return said;
  if (said.content.kind === 'location') return { kind: 'uninterpreted', reason: 'A kind that nobody knows.' };
  return said.content.kind === 'text' ? { ...said, content: { ...said.content, actions: [] } } : said;
}
