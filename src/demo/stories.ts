import type { MessageStatus } from '../events/message/state.js';

/** One message of a demo conversation. */
export interface StoryLine {
  /** Names the message within the demo: its ids are derived from it. */
  readonly name: string;
  /** How long before the start of the instance it was written. */
  readonly minutesAgo: number;
  readonly text: string;
  readonly from: 'contact' | 'agent' | 'bot';
  /** Where an outgoing message stands in the end. */
  readonly ends?: Extract<MessageStatus, 'DELIVERED' | 'READ' | 'DELIVERY_FAILED'>;
}

export interface Story {
  /** One of the sandbox's numbers, so that whoever writes there sees what the history promises. */
  readonly address: string;
  readonly displayName: string;
  /** Oldest first. */
  readonly lines: readonly StoryLine[];
  /** The last incoming line that somebody on our side has read. */
  readonly readUpTo?: string;
}

/** What a newcomer finds in the inbox: a thread that is done, one that waits for an answer, one that failed. */
export const STORIES: readonly Story[] = [
  {
    address: '+15550100000',
    displayName: 'Contact 0000',
    readUpTo: 'in-stock-3',
    lines: [
      { name: 'in-stock-1', minutesAgo: 190, from: 'contact', text: 'Hi, is the blue one back in stock?' },
      {
        name: 'in-stock-2',
        minutesAgo: 186,
        from: 'agent',
        text: 'It is, since this morning. Shall I keep one?',
        ends: 'READ',
      },
      { name: 'in-stock-3', minutesAgo: 184, from: 'contact', text: 'Yes please! I will come by at five.' },
      { name: 'in-stock-4', minutesAgo: 183, from: 'agent', text: 'See you at five.', ends: 'READ' },
    ],
  },
  {
    address: '+15550100001',
    displayName: 'Contact 0001',
    lines: [
      { name: 'parcel-1', minutesAgo: 64, from: 'bot', text: 'Your parcel leaves us today.', ends: 'DELIVERED' },
      { name: 'parcel-2', minutesAgo: 21, from: 'contact', text: 'Can it go to another address?' },
    ],
  },
  {
    address: '+15550100003',
    displayName: 'Contact 0003',
    lines: [
      { name: 'invoice-1', minutesAgo: 45, from: 'agent', text: 'Here is your invoice.', ends: 'DELIVERY_FAILED' },
    ],
  },
];
