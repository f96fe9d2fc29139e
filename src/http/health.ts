import type { FastifyPluginCallback } from 'fastify';

/** Whether this process can do its work, and if not, why. */
export interface Readiness {
  readonly isReady: boolean;
  /** For people, without content: `postgres: connection refused`. */
  readonly reasons: readonly string[];
}

/** `/healthz`: the process lives. `/readyz`: it can do its work; 503 with the reasons while it can't. */
export const healthRoutes =
  (readiness: () => Promise<Readiness>): FastifyPluginCallback =>
  (app, _options, done) => {
    app.get('/healthz', () => ({ status: 'ok' }));
    app.get('/readyz', async (_request, reply) => {
      const state = await readiness().catch((): Readiness => ({ isReady: false, reasons: ['readiness: unknown'] }));
      return reply.code(state.isReady ? 200 : 503).send(state);
    });
    done();
  };
