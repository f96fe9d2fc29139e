import type { FastifyPluginCallback } from 'fastify';

/** Whether this process can do its work, and if not, why. All reasons are for people, without content. */
export interface Readiness {
  readonly isReady: boolean;
  /** Of each role that this process has. */
  readonly roles: Readonly<Record<string, RoleReadiness>>;
  /** What is missing, over all roles: `log: away (…)`, `projector: stopped (…)`. */
  readonly reasons: readonly string[];
}

export interface RoleReadiness {
  readonly isReady: boolean;
  /** Also of a role that is ready: what is worth knowing. */
  readonly reasons: readonly string[];
}

const UNKNOWN: Readiness = { isReady: false, roles: {}, reasons: ['readiness: unknown'] };

/** `/healthz`: the process lives. `/readyz`: it can do its work; 503 with the reasons while it can't. */
export const healthRoutes =
  (readiness: () => Promise<Readiness>): FastifyPluginCallback =>
  (app, _options, done) => {
    app.get('/healthz', () => ({ status: 'ok' }));
    app.get('/readyz', async (_request, reply) => {
      const state = await readiness().catch(() => UNKNOWN);
      return reply.code(state.isReady ? 200 : 503).send(state);
    });
    done();
  };
