import type { FastifyInstance, FastifyRequest } from 'fastify';
import { traceOf } from '../events/kernel/trace-context.js';
import type { Span, Tracer } from '../tracing.js';

/** Whose spans a caller may continue: who has a key is trusted that far, who posts webhooks is anybody. */
const CONTINUED: ReadonlyMap<string, boolean> = new Map([
  ['/graphql', true],
  ['/webhooks/:provider/:channelId', false],
]);

/** Each POST to GraphQL or of a webhook runs in a span. To be called before the routes are there. */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  if (!tracer.isOn) return;
  const spans = new WeakMap<FastifyRequest, Span>();
  app.addHook('onRequest', (request, _reply, done) => {
    const span = spanFor(request, tracer);
    if (span !== undefined) spans.set(request, span);
    done();
  });
  // Not before: a body arrives in events of its socket, which would leave the span behind.
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else tracer.within(span, done);
  });
  app.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request);
    span?.note({ 'http.response.status_code': statusCode });
    if (statusCode >= 500) span?.fail();
    span?.end();
    done();
  });
}

function spanFor({ method, routeOptions: { url: route = '' }, headers }: FastifyRequest, tracer: Tracer) {
  const isContinued = CONTINUED.get(route);
  if (method !== 'POST' || isContinued === undefined) return undefined;
  return tracer.start({
    name: `POST ${route}`,
    kind: 'server',
    parent: isContinued ? traceOf(headers) : undefined,
    attributes: { 'http.request.method': method, 'http.route': route },
  });
}
