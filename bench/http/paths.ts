import type { ComparedPath } from '../compared-path.js';
import { sendToApi, sendToBareApollo } from './send.js';
import { webhooksToApi, webhooksToBareFastify } from './webhook.js';

/** What clients and providers ask of the API, in a process that has nothing else to do. */
export const HTTP_PATHS: readonly ComparedPath[] = [
  {
    name: 'send',
    operation:
      'sendMessage with an idempotencyKey until accepted, against a mutation of a bare Apollo that does nothing',
    // CPU at most 2.5 times the floor's.
    target: { figure: 'cpu', ratioMin: 0.4 },
    needsPostgres: true,
    open: { ours: (place) => sendToApi(place), floor: sendToBareApollo },
  },
  {
    name: 'send-unkeyed',
    operation: 'the same without a key: no row, only an event',
    target: { figure: 'none' },
    needsPostgres: true,
    open: { ours: (place) => sendToApi(place, { isKeyed: false }), floor: sendToBareApollo },
  },
  {
    name: 'send-batch',
    operation: 'a message of 100 in one sendMessages, against one alone; both with a key',
    // CPU at most a fifth.
    target: { figure: 'cpu', ratioMin: 5 },
    needsPostgres: true,
    open: { ours: (place) => sendToApi(place, { messages: 100 }), floor: (place) => sendToApi(place) },
  },
  {
    name: 'webhook',
    operation: 'a signed receipt until it is in Kafka and answered, against a bare Fastify route',
    // CPU at most 3 times the floor's.
    target: { figure: 'cpu', ratioMin: 0.333 },
    needsPostgres: true,
    open: { ours: webhooksToApi, floor: webhooksToBareFastify },
  },
];
