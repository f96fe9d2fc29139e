import type { TraceContext } from './events/kernel/trace-context.js';
import type { Running } from './lifecycle.js';

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A span before it begins. Names and attributes hold ids, codes and counts: never content, addresses or secrets. */
export interface SpanSketch {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  readonly attributes?: SpanAttributes;
  /** What it stands under; undefined: it begins a trace. */
  readonly parent?: TraceContext | undefined;
  /** What it follows from, and is no part of. */
  readonly link?: TraceContext | undefined;
}

export interface Span {
  /** What those name as their parent who come after it; undefined where it isn't recorded. */
  readonly context: TraceContext | undefined;
  note(attributes: SpanAttributes): void;
  /** It ends badly. Why is for the log. */
  fail(): void;
  end(): void;
}

/**
 * The tracing port: spans made by hand at the borders. Whoever is inside knows at most where in a trace it is, to write it
 * into what it leaves behind (`current`); the next one finds it there, whichever process that is.
 */
export interface Tracer extends Running {
  /** False: nobody asked for traces, and none of it costs anything. */
  readonly isOn: boolean;
  /** Where the caller runs; undefined: in no span that is recorded. */
  current(): TraceContext | undefined;
  /** Adds to the span that the caller runs in. */
  note(attributes: SpanAttributes): void;
  start(sketch: SpanSketch): Span;
  /** Runs the work in the span, and what it waits for. */
  within<Result>(span: Span, work: () => Result): Result;
}

const NO_SPAN: Span = { context: undefined, note: () => undefined, fail: () => undefined, end: () => undefined };

export const NO_TRACER: Tracer = {
  isOn: false,
  current: () => undefined,
  note: () => undefined,
  start: () => NO_SPAN,
  within: (_span, work) => work(),
  stop: () => Promise.resolve(),
};

/** The work, in a span of its own. @throws what the work throws */
export async function inSpan<Result>(
  tracer: Tracer,
  sketch: SpanSketch,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  if (!tracer.isOn) return work(NO_SPAN);
  const span = tracer.start(sketch);
  try {
    return await tracer.within(span, () => work(span));
  } catch (error) {
    span.fail();
    throw error;
  } finally {
    span.end();
  }
}
