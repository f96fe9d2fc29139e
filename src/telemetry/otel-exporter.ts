import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { TracesConfig } from '../traces-config.js';

export const EXPORT_WITHIN_MS = 5_000;
/** A collector that is away is away for a while: one line says so. */
const SAY_EVERY_MS = 60_000;

/** Spans go to the collector by OTLP over HTTP, as JSON. One that isn't there costs a warning and the spans. */
export function createExporter({ url, headers }: TracesConfig, logger: Logger, withinMs: number): SpanExporter {
  const exporter = new OTLPTraceExporter({
    ...{ url, headers: { ...headers }, timeoutMillis: withinMs, concurrencyLimit: 2 },
  });
  let saidAt = Number.NEGATIVE_INFINITY;
  const say = (count: number, error: Error) => {
    if (performance.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = performance.now();
    // Not the error itself: it may quote the collector's answer.
    logger.warn({ count, reason: error.name }, 'the collector does not take traces: they are dropped');
  };
  return {
    export: (spans, tell) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined) say(spans.length, result.error);
        tell(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
