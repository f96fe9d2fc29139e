import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';

/** Where the build puts GraphiQL; the same from `src/` and from `dist/`. */
const BUILT = fileURLToPath(new URL('../../dist/graphiql', import.meta.url));

/** `/graphiql`, from files alone: nothing is loaded from elsewhere. `/` leads there. */
export const graphiqlRoutes: FastifyPluginAsync = async (app) => {
  // It keeps an API key: no other page may frame it.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers({ 'content-security-policy': "frame-ancestors 'none'", 'x-content-type-options': 'nosniff' });
    done();
  });
  app.get('/', (_request, reply) => reply.redirect('/graphiql/'));
  if (existsSync(BUILT)) {
    await app.register(fastifyStatic, { root: BUILT, prefix: '/graphiql/', redirect: false });
    app.get('/graphiql', (_request, reply) => reply.redirect('/graphiql/'));
    return;
  }
  app.get('/graphiql', (_request, reply) => reply.code(404).send({ message: 'GraphiQL is not built: npm run build.' }));
};
