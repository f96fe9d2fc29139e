import type { ComparedPath } from '../compared-path.js';
import { appendThroughPort } from './append-through-port.js';
import { consumeRaw } from './consume-raw.js';
import { consumeThroughPort } from './consume-through-port.js';
import { sendRaw } from './send-raw.js';

/** The event log on Kafka, beside kafkajs by hand. */
export const LOG_PATHS: readonly ComparedPath[] = [
  {
    name: 'append-64',
    operation: 'append of 64 callers, against raw sends of 64 records',
    target: { figure: 'cpu', ratioMin: 0.85 },
    open: { ours: (place) => appendThroughPort(place, 64), floor: (place) => sendRaw(place, 64) },
  },
  {
    name: 'append-512',
    operation: 'append of 512 callers, against raw sends of 500 records',
    target: { figure: 'cpu', ratioMin: 0.8 },
    open: { ours: (place) => appendThroughPort(place, 512), floor: (place) => sendRaw(place, 500) },
  },
  {
    name: 'consume',
    operation: 'append until the handler is called, against raw send until eachBatch',
    target: { figure: 'latency', ratioMax: 2 },
    open: { ours: consumeThroughPort, floor: consumeRaw },
  },
];
