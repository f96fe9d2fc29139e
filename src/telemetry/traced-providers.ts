import type { ProviderAdapter } from '../providers/provider.js';
import { providerSlug, type ProviderRegistry } from '../providers/registry.js';
import { inSpan, type Tracer } from '../tracing.js';

/**
 * The same adapters; each call is a span of the trace that it is made in. The context isn't sent along: a provider is
 * somebody else's system, and has no use for the ids of ours.
 */
export function tracedProviders(providers: ProviderRegistry, tracer: Tracer): ProviderRegistry {
  if (!tracer.isOn) return providers;
  const traced = new Map<ProviderAdapter, ProviderAdapter>();
  return {
    get(kind) {
      const adapter = providers.get(kind);
      if (adapter === undefined) return undefined;
      const known = traced.get(adapter) ?? tracedAdapter(adapter, tracer);
      traced.set(adapter, known);
      return known;
    },
  };
}

function tracedAdapter(adapter: ProviderAdapter, tracer: Tracer): ProviderAdapter {
  const provider = providerSlug(adapter.kind);
  return {
    ...adapter,
    send(request) {
      const parent = tracer.current();
      if (parent === undefined) return adapter.send(request);
      const attributes = { 'parley.provider': provider, 'parley.channel.id': request.channelId };
      return inSpan(tracer, { name: `${provider} send`, kind: 'client', parent, attributes }, async (span) => {
        const outcome = await adapter.send(request);
        span.note({ 'parley.outcome': outcome.kind });
        return outcome;
      });
    },
  };
}
