import type { ComparedPath, Place } from '../compared-path.js';
import { inboxByHand, inboxOverHttp } from './inbox.js';
import { readList } from './lists.js';

const many = ({ isFull }: Place) => (isFull ? 1_000_000 : 200_000);
const FEW = 10_000;

/** What clients read. */
export const READ_PATHS: readonly ComparedPath[] = [
  {
    name: 'inbox',
    operation:
      '25 open ones of an agent with contact, last message and window, and the counts, over HTTP, against the same SQL through pg',
    // CPU at most 4 times the floor's.
    target: { figure: 'cpu', ratioMin: 0.25 },
    needsPostgres: true,
    open: { ours: inboxOverHttp, floor: inboxByHand },
  },
  {
    name: 'conversation-list',
    operation: 'pages of conversations out of many messages (1,000,000 in full, else 200,000), against out of 10,000',
    target: { figure: 'latency', ratioMax: 1.5 },
    needsPostgres: true,
    open: {
      ours: (place) => readList(place, 'conversations', many(place)),
      floor: (place) => readList(place, 'conversations', FEW),
    },
  },
  {
    name: 'message-page',
    operation: 'the last page of any conversation out of as many, against out of 10,000',
    target: { figure: 'latency', ratioMax: 1.5 },
    needsPostgres: true,
    open: {
      ours: (place) => readList(place, 'messages', many(place)),
      floor: (place) => readList(place, 'messages', FEW),
    },
  },
];
