import { AsyncLocalStorage } from 'node:async_hooks';
import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span as OtelSpan,
  type SpanContext,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { TraceContext } from '../events/kernel/trace-context.js';
import { atMost } from '../lifecycle.js';
import type { TracesConfig } from '../traces-config.js';
import type { Span, SpanAttributes, SpanSketch, Tracer } from '../tracing.js';
import { createExporter, EXPORT_WITHIN_MS } from './otel-exporter.js';

/** 2,048 spans of less than 2 KiB: what a collector that is away costs is bounded, and the newest are dropped. */
const QUEUE = {
  maxQueueSize: 2_048,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 1_000,
  exportTimeoutMillis: 5_000,
};
const LIMITS = { attributeValueLengthLimit: 256, attributeCountLimit: 32, linkCountLimit: 8 };
/** Within the time that the process has to be gone. */
const STOP_WITHIN_MS = 1_000;

interface RecordedSpan extends Span {
  readonly otel: OtelSpan;
}

/**
 * The tracing port on OpenTelemetry; loaded only where traces are asked for. Registers nothing globally: several may live
 * in one process, and libraries' own instrumentation stays off.
 */
export function createOtelTracer(config: TracesConfig, logger: Logger, exportWithinMs = EXPORT_WITHIN_MS): Tracer {
  const exporter = createExporter(config, logger, exportWithinMs);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ ...config.resource, 'service.name': config.serviceName }),
    sampler: samplerOf(config),
    spanLimits: LIMITS,
    spanProcessors: [new BatchSpanProcessor({ exporter, ...QUEUE })],
  });
  const otel = provider.getTracer('parley');
  const running = new AsyncLocalStorage<RecordedSpan>();
  return {
    isOn: true,
    current: () => running.getStore()?.context,
    note: (attributes) => running.getStore()?.note(attributes),
    start: (sketch) => recorded(otel.startSpan(sketch.name, optionsOf(sketch), contextOf(sketch.parent))),
    within: (span, work) => ('otel' in span ? running.run(span as RecordedSpan, work) : work()),
    stop: () => atMost(STOP_WITHIN_MS, provider.shutdown()).catch(() => undefined),
  };
}

function recorded(otel: OtelSpan): RecordedSpan {
  return {
    otel,
    context: otel.isRecording() ? textOf(otel.spanContext()) : undefined,
    note: (attributes) => void otel.setAttributes(attributes),
    fail: () => void otel.setStatus({ code: SpanStatusCode.ERROR }),
    end: () => otel.end(),
  };
}

const KINDS: Readonly<Record<SpanSketch['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

function optionsOf({ kind, attributes = {}, link }: SpanSketch) {
  const linked = spanContextOf(link);
  const links = linked === undefined ? [] : [{ context: linked }];
  return { kind: KINDS[kind], attributes: attributes satisfies SpanAttributes, links };
}

function contextOf(parent: TraceContext | undefined): Context {
  const known = spanContextOf(parent);
  return known === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, known);
}

function spanContextOf(context: TraceContext | undefined): SpanContext | undefined {
  if (context === undefined) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = context.traceparent.split('-');
  return {
    ...{ traceId, spanId, isRemote: true, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED },
    ...(context.tracestate !== undefined && { traceState: createTraceState(context.tracestate) }),
  };
}

function textOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const traceparent = `00-${traceId}-${spanId}-0${(traceFlags & TraceFlags.SAMPLED).toString(16)}`;
  const tracestate = traceState?.serialize();
  return tracestate === undefined || tracestate === '' ? { traceparent } : { traceparent, tracestate };
}

/** By the names of OpenTelemetry's specification. */
function samplerOf({ sampler: name, ratio }: TracesConfig): Sampler {
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const [, isParentBased, root = ''] = /^(parentbased_)?(.*)$/.exec(name) ?? [];
  const own = roots[root]?.() ?? new AlwaysOnSampler();
  return isParentBased === undefined ? own : new ParentBasedSampler({ root: own });
}
