import type { Clock } from '../../kernel/clock.js';
import type { Identity } from '../../event-identity.js';
import { traced, type TraceContext } from '../../kernel/trace-context.js';
import type { MessageEvent } from '../../message/events.js';
import type { DispatchSubject } from './dispatch.js';
import type { StepEvent } from './policy.js';

/** Puts the envelope around what is said of a call. Ids are derived from the call and the type, so that repeats agree (rule 7). */
export type StepEventMaker = (subject: DispatchSubject, call: number, said: StepEvent) => MessageEvent;

export interface StepEventDeps {
  readonly identity: Identity;
  readonly clock: Clock;
  /** Where in a trace the call is made. */
  readonly trace?: (() => TraceContext | undefined) | undefined;
}

export function createStepEventMaker(deps: StepEventDeps): StepEventMaker {
  return (subject, call, said) => {
    const { messageId, attempt, part } = subject;
    const now = deps.clock.now().toISOString();
    return {
      id: deps.identity.ofCall({ messageId, attempt, part, call }, said.type),
      version: 1,
      workspaceId: subject.workspaceId,
      channelId: subject.channelId,
      conversationId: subject.conversationId,
      ...(subject.contactId === undefined ? {} : { contactId: subject.contactId }),
      messageId,
      occurredAt: now,
      recordedAt: now,
      causationId: deps.identity.ofAcceptance(messageId),
      ...traced(deps.trace?.()),
      ...said,
    };
  };
}
