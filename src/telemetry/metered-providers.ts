import { performance } from 'node:perf_hooks';
import type { ProviderAdapter } from '../providers/provider.js';
import { providerSlug, type ProviderRegistry } from '../providers/registry.js';
import type { Meter, ProviderAnswer } from './meter.js';

/** The same adapters; what their calls come to, and how long they take, is told to the meter. */
export function meteredProviders(providers: ProviderRegistry, meter: Meter): ProviderRegistry {
  const metered = new Map<ProviderAdapter, ProviderAdapter>();
  return {
    get(kind) {
      const adapter = providers.get(kind);
      if (adapter === undefined) return undefined;
      const known = metered.get(adapter) ?? meteredAdapter(adapter, meter);
      metered.set(adapter, known);
      return known;
    },
  };
}

function meteredAdapter(adapter: ProviderAdapter, meter: Meter): ProviderAdapter {
  const { lookUp, fetchMedia } = adapter;
  const provider = providerSlug(adapter.kind);
  const timed = async <Answer extends { readonly kind: string }>(
    operation: ProviderAnswer['operation'],
    call: () => Promise<Answer>,
  ): Promise<Answer> => {
    const begunAt = performance.now();
    // An adapter that throws breaks its promise, and whoever asked takes that for unknown.
    let outcome = 'unknown';
    try {
      const answer = await call();
      outcome = answer.kind;
      return answer;
    } finally {
      meter.providerAnswered({ provider, operation, outcome, seconds: (performance.now() - begunAt) / 1_000 });
    }
  };
  return {
    ...adapter,
    send: (request) => timed('send', () => adapter.send(request)),
    ...(lookUp && { lookUp: (request) => timed('look_up', () => lookUp(request)) }),
    ...(fetchMedia && { fetchMedia: (request) => timed('fetch_media', () => fetchMedia(request)) }),
  };
}
