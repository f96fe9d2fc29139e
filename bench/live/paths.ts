import type { ComparedPath } from '../compared-path.js';
import { sendToBareApollo } from '../http/send.js';
import { consumeRaw } from '../kafka/consume-raw.js';
import { fanOutBare, fanOutFromJournal } from './fan-out.js';
import { loopInDefaultProcess } from './loop.js';
import { seenInDefaultProcess } from './seen.js';

/** What happens by itself after a send: others see it, and it is carried. */
export const LIVE_PATHS: readonly ComparedPath[] = [
  {
    name: 'fan-out',
    operation: 'one event to 2,000 subscribers, against bare graphql-ws with an execution for each',
    // CPU at most 1.5 times the floor's.
    target: { figure: 'cpu', ratioMin: 0.667 },
    needsPostgres: true,
    open: { ours: fanOutFromJournal, floor: fanOutBare },
  },
  {
    name: 'seen',
    operation:
      '50 sends a second, each from its request until a subscriber has it, against raw produce until eachBatch',
    target: { figure: 'latency', ratioMax: 8 },
    needsPostgres: true,
    open: { ours: seenInDefaultProcess, floor: consumeRaw },
  },
  {
    name: 'loop',
    operation: 'messages delivered by one default process, sandbox and all, against mutations of a bare Apollo',
    target: { figure: 'throughput', ratioMin: 0.04, latencyP99MaxMs: 5_000 },
    needsPostgres: true,
    roundMsMin: 5_000,
    open: { ours: loopInDefaultProcess, floor: sendToBareApollo },
  },
];
