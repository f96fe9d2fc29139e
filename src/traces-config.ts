import { z } from 'zod';

/** Where traces go and how many of them. */
export interface TracesConfig {
  readonly url: string;
  /** May hold a secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: (typeof SAMPLERS)[number];
  /** From 0 to 1; of the samplers that have one. */
  readonly ratio: number;
}

const SAMPLERS = [
  ...(['always_on', 'always_off', 'traceidratio'] as const),
  ...(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const),
] as const;

const endpoint = z.string().refine(isHttp, 'must be an http or https URL');
const pairs = z.string().transform(toPairs);

/** The variables of OpenTelemetry's specification that Parley knows (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
export const tracesEnvironment = {
  OTEL_SDK_DISABLED: z.enum(['true', 'false'], 'must be true or false').default('false'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'must be otlp or none').default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.default({}),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs.default({}),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/json', 'must be http/json').optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.literal('http/json', 'must be http/json').optional(),
  OTEL_SERVICE_NAME: z.string().default('parley'),
  OTEL_RESOURCE_ATTRIBUTES: pairs.default({}),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS, `must be one of ${SAMPLERS.join(', ')}`).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .transform(Number)
    .refine((ratio) => ratio >= 0 && ratio <= 1, 'must be a number from 0 to 1')
    .default(1),
};

type TracesEnvironment = z.infer<z.ZodObject<typeof tracesEnvironment>>;

/** Undefined: nobody asked for traces. */
export function readTracesConfig(is: TracesEnvironment): TracesConfig | undefined {
  if (is.OTEL_SDK_DISABLED === 'true' || is.OTEL_TRACES_EXPORTER === 'none') return undefined;
  const base = is.OTEL_EXPORTER_OTLP_ENDPOINT;
  // The one is complete; to the other, each signal adds its own path.
  const url = is.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base.replace(/\/+$/, '')}/v1/traces`);
  if (url === undefined) return undefined;
  return {
    url,
    headers: { ...is.OTEL_EXPORTER_OTLP_HEADERS, ...is.OTEL_EXPORTER_OTLP_TRACES_HEADERS },
    serviceName: is.OTEL_SERVICE_NAME,
    resource: is.OTEL_RESOURCE_ATTRIBUTES,
    sampler: is.OTEL_TRACES_SAMPLER,
    ratio: is.OTEL_TRACES_SAMPLER_ARG,
  };
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

/** `name=value,name=value`, values percent-encoded as in W3C Baggage. */
function toPairs(text: string, context: z.RefinementCtx): Readonly<Record<string, string>> {
  const entries = text.split(',').map((pair) => /^\s*([^\s=]+)\s*=(.*)$/.exec(pair));
  try {
    return Object.fromEntries(
      entries.map((entry) => {
        const [, name, value] = entry ?? [];
        if (name === undefined || value === undefined) throw new URIError('Not a pair.');
        return [name, decodeURIComponent(value.trim())];
      }),
    );
  } catch {
    context.addIssue('must be name=value pairs, separated by commas, with values percent-encoded');
    return z.NEVER;
  }
}
