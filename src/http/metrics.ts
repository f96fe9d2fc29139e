import type { FastifyPluginAsync } from 'fastify';

export interface MetricsPage {
  readonly contentType: string;
  scrape(): Promise<string>;
}

/** `/metrics` for Prometheus: the process as it is when it is asked. */
export const metricsRoutes =
  ({ contentType, scrape }: MetricsPage): FastifyPluginAsync =>
  async (app) => {
    app.get('/metrics', async (_request, reply) => reply.type(contentType).send(await scrape()));
  };
