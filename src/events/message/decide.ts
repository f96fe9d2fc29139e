import type { Capabilities, ContentRefusal } from '../../providers/provider.js';
import type { UserError } from '../commands/commands.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import type { ContactId, ConversationId, EventId, MessageId, WorkspaceId } from '../kernel/ids.js';
import { traced, type TraceContext } from '../kernel/trace-context.js';
import { contentFacts } from './content-facts.js';
import type { ContentKind, MessageContent } from './content.js';
import type { MessageEvent } from './events.js';
import { judgeLimits } from './judge-limits.js';
import { dueLater, refuseSchedule } from './schedule.js';
import type { SendForm } from './send-form.js';
import { passageOf, refuseWindow, type WindowFacts } from './service-window.js';

/** How a message of ours begins: to be sent at once, or later. */
export type MessageAccepted = Extract<MessageEvent, { type: 'message.accepted' | 'message.scheduled' }>;

/** What is known when a well-formed send is judged. */
export interface SendFacts {
  readonly workspaceId: WorkspaceId;
  readonly capabilities: Capabilities;
  /** What the adapter has against the content, beyond the capabilities. */
  readonly refusals?: readonly ContentRefusal[];
  /** Which kind of content it was before a plain form was made of it. */
  readonly degradedFrom?: ContentKind | undefined;
  /** As the adapter spells it. */
  readonly address: string;
  /** How many provider calls it takes. */
  readonly parts: number;
  readonly window: WindowFacts;
  readonly idempotency: { readonly key: string; readonly requestHash: string } | undefined;
  readonly now: Date;
  readonly messageId: MessageId;
  readonly eventId: EventId;
  readonly trace?: TraceContext | undefined;
}

/** The event but for its thread, which the address book decides. */
export type Acceptance = (thread: {
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
}) => MessageAccepted;

/** Whether the channel carries it now, and what will be said if so. */
export function decideSend(form: SendForm, facts: SendFacts): Decision<Acceptance, UserError> {
  const refusals = [
    ...refuseSchedule(form.scheduledAt, facts.now),
    ...judgeContent(form.content, facts.capabilities, facts.refusals ?? []),
    ...refuseWindow(passageOf(form, facts.capabilities, facts.window, facts.now)),
  ];
  return refusals.length > 0 ? refused(...refusals) : accepted((thread) => acceptedEvent(form, facts, thread));
}

/** Whether the channel carries it at all. @param refusals what the adapter has against it */
export function judgeContent(
  content: MessageContent,
  capabilities: Capabilities,
  refusals: readonly ContentRefusal[],
): readonly UserError[] {
  return [
    ...judgeLimits(content, capabilities.content[content.kind]),
    ...refusals.map((refusal) => ({ ...refusal, field: ['content', content.kind, ...refusal.field] })),
  ];
}

function acceptedEvent(form: SendForm, facts: SendFacts, thread: Parameters<Acceptance>[0]): MessageAccepted {
  const at = facts.now.toISOString();
  const { metadata, content } = form;
  const said = {
    ...{ id: facts.eventId, version: 1 },
    ...{ workspaceId: facts.workspaceId, channelId: form.channelId, messageId: facts.messageId },
    ...{ conversationId: thread.conversationId, contactId: thread.contactId },
    ...{ occurredAt: at, recordedAt: at },
    ...traced(facts.trace),
    data: {
      ...contentFacts(content),
      author: form.author,
      parts: facts.parts,
      ...defined({ authorId: form.authorId, reference: form.reference, category: form.category }),
      ...defined({ replyToMessageId: form.replyToMessageId, degradedFrom: facts.degradedFrom }),
      ...defined({ idempotencyKey: facts.idempotency?.key, requestHash: facts.idempotency?.requestHash }),
      content: { address: facts.address, message: content, ...defined({ metadata }) },
    },
  };
  const scheduledAt = dueLater(form.scheduledAt, facts.now);
  if (scheduledAt === undefined) return { ...said, type: 'message.accepted' };
  return { ...said, type: 'message.scheduled', data: { ...said.data, scheduledAt } };
}

const defined = <Fields extends Record<string, unknown>>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
