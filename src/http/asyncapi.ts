import type { FastifyPluginAsync } from 'fastify';
import { asyncApiDocument, type AsyncApiSettings } from '../events/asyncapi.js';

/** `/asyncapi.json`: the topics of this instance, for those who read them. */
export const asyncApiRoutes =
  (settings: AsyncApiSettings): FastifyPluginAsync =>
  async (app) => {
    const printed = JSON.stringify(asyncApiDocument(settings));
    app.get('/asyncapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(printed));
  };
