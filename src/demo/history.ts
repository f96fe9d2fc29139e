import type { ParleyEvent } from '../events/catalog.js';
import type { Identity } from '../events/event-identity.js';
import type { ChannelId, MessageId, WorkspaceId } from '../events/kernel/ids.js';
import type { MessageContent } from '../events/message/content.js';
import type { Thread } from '../events/outbox/address-book.js';
import type { Story, StoryLine } from './stories.js';

export interface HistoryDeps {
  readonly identity: Identity;
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly thread: Thread;
  /** What the story's minutes count back from. */
  readonly now: Date;
}

export interface History {
  /** In the order in which they are recorded. */
  readonly events: readonly ParleyEvent[];
  /** Messages whose one call lies behind them. */
  readonly sentMessageIds: readonly MessageId[];
}

/** Each step of an outgoing line comes so long after the one before it. */
const STEP_MS = 1_500;

/** The events that would stand in the log had the story happened here. Ids are derived: twice told, it is one story. */
export function historyOf(story: Story, deps: HistoryDeps): History {
  const events = story.lines.flatMap((line) =>
    line.from === 'contact' ? [receivedEvent(story, line, deps)] : sentEvents(story, line, deps),
  );
  const sent = story.lines.filter((line) => line.from !== 'contact');
  return {
    events: [...events, ...readMark(story, deps)],
    sentMessageIds: sent.map((line) => messageIdOf(line, deps)),
  };
}

export const startOf = (story: Story, now: Date): Date => timeOf(story.lines[0], now);

const timeOf = (line: StoryLine | undefined, now: Date): Date =>
  new Date(now.getTime() - (line?.minutesAgo ?? 0) * 60_000);

const providerIdOf = (line: StoryLine): string => `demo-${line.name}`;

/**
 * Also for what we sent: an outgoing message's id is made once everywhere else (rule 6), but here the row that would
 * keep it is the story itself.
 */
const messageIdOf = (line: StoryLine, { identity, channelId }: HistoryDeps): MessageId =>
  identity.incomingMessage(channelId, providerIdOf(line));

function envelopeOf(line: StoryLine, deps: HistoryDeps, steps = 0) {
  const at = new Date(timeOf(line, deps.now).getTime() + steps * STEP_MS).toISOString();
  const { workspaceId, channelId, thread } = deps;
  return {
    version: 1,
    workspaceId,
    channelId,
    conversationId: thread.conversationId,
    contactId: thread.contactId,
    messageId: messageIdOf(line, deps),
    occurredAt: at,
    recordedAt: at,
  };
}

const textOf = ({ text }: StoryLine): MessageContent => ({ kind: 'text', text, actions: [], attachments: [] });

const contentFactsOf = ({ text }: StoryLine) =>
  ({ contentKind: 'text', textBytes: Buffer.byteLength(text), mediaCount: 0 }) as const;

const receivedEvent = (story: Story, line: StoryLine, deps: HistoryDeps): ParleyEvent => ({
  ...envelopeOf(line, deps),
  id: deps.identity.fromProvider(deps.channelId, providerIdOf(line), 'received'),
  type: 'message.received',
  data: {
    ...contentFactsOf(line),
    providerMessageId: providerIdOf(line),
    content: { address: story.address, message: textOf(line) },
  },
});

function sentEvents(story: Story, line: StoryLine, deps: HistoryDeps): ParleyEvent[] {
  const { identity } = deps;
  const messageId = messageIdOf(line, deps);
  const call = { messageId, attempt: 1, part: 0, call: 1 };
  const { messageId: _, ...callData } = call;
  const accepted: ParleyEvent = {
    ...envelopeOf(line, deps),
    id: identity.ofAcceptance(messageId),
    type: 'message.accepted',
    data: {
      ...contentFactsOf(line),
      author: line.from === 'bot' ? 'BOT' : 'AGENT',
      parts: 1,
      content: { address: story.address, message: textOf(line) },
    },
  };
  const dispatched: ParleyEvent = {
    ...envelopeOf(line, deps, 1),
    id: identity.ofCall(call, 'message.dispatched'),
    type: 'message.dispatched',
    data: callData,
  };
  const submitted: ParleyEvent = {
    ...envelopeOf(line, deps, 2),
    id: identity.ofCall(call, 'message.submitted'),
    type: 'message.submitted',
    data: { ...callData, providerMessageIds: [providerIdOf(line)], content: { providerAddress: story.address } },
  };
  return [accepted, dispatched, submitted, ...receiptsOf(line, deps)];
}

const RECEIPTS = {
  DELIVERED: ['sent', 'delivered'],
  READ: ['sent', 'delivered', 'read'],
  DELIVERY_FAILED: ['sent', 'failed'],
} as const;

function receiptsOf(line: StoryLine, deps: HistoryDeps): ParleyEvent[] {
  const providerMessageId = providerIdOf(line);
  const receipt = { attempt: 1, part: 0, providerMessageId };
  return RECEIPTS[line.ends ?? 'READ'].map((status, index): ParleyEvent => {
    const envelope = {
      ...envelopeOf(line, deps, 3 + index),
      id: deps.identity.fromProvider(deps.channelId, providerMessageId, status),
    };
    if (status !== 'failed') return { ...envelope, type: `message.${status}`, data: receipt };
    const failure = { code: 'RECIPIENT_UNREACHABLE', isRetryable: true } as const;
    return { ...envelope, type: 'message.delivery_failed', data: { ...receipt, stage: 'DELIVERY', failure } };
  });
}

function readMark(story: Story, deps: HistoryDeps): ParleyEvent[] {
  const incoming = story.lines.filter((line) => line.from === 'contact');
  const index = incoming.findIndex((line) => line.name === story.readUpTo);
  const upTo = incoming[index];
  if (upTo === undefined) return [];
  const { messageId, ...envelope } = envelopeOf(upTo, deps, 1);
  return [
    {
      ...envelope,
      id: deps.identity.ofCommand(deps.thread.conversationId, messageId, 'conversation.read'),
      type: 'conversation.read',
      data: { upToMessageId: messageId, incomingCount: index + 1 },
    },
  ];
}
