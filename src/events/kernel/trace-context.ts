/** Where in a trace something came about: W3C Trace Context, as it travels in headers (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** Version 00; ids of zeros are none. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** What every vendor must pass on; more is cut off whole, for half an entry is none. */
const TRACESTATE_LENGTH_MAX = 512;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Undefined where there is none, or what stands there isn't one. */
export function traceOf(headers: Readonly<Record<string, unknown>>): TraceContext | undefined {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return undefined;
  const isState = typeof tracestate === 'string' && tracestate !== '' && tracestate.length <= TRACESTATE_LENGTH_MAX;
  return isState && PRINTABLE.test(tracestate) ? { traceparent, tracestate } : { traceparent };
}

/** Headers of a record or a request; none where nothing is traced. */
export const traceHeaders = (trace: TraceContext | undefined): Readonly<Record<string, string>> => ({
  ...(trace && { traceparent: trace.traceparent }),
  ...(trace?.tracestate !== undefined && { tracestate: trace.tracestate }),
});

/** A field of an event that is there only where something is traced. */
export const traced = (trace: TraceContext | undefined): { readonly trace?: TraceContext } => (trace ? { trace } : {});
