import fastify from 'fastify';
import { expect, it } from 'vitest';
import { asyncApiDocument } from '../../src/events/asyncapi.js';
import { asyncApiRoutes } from '../../src/http/asyncapi.js';

it('/asyncapi.json tells the topics of this instance', async () => {
  const settings = { topicPrefix: 'acme', partitions: 3, webhookRetentionDays: 30 };
  const app = fastify();
  await app.register(asyncApiRoutes(settings));
  const answer = await app.inject('/asyncapi.json');
  await app.close();
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify(asyncApiDocument(settings))));
});
