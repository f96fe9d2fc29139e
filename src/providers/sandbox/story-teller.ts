import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../events/kernel/clock.js';
import type { MessageContent } from '../../events/message/content.js';
import type { Disorder } from './chaos.js';
import { delayWithin, type Random } from '../../random.js';
import { nameOf, type Step } from './stories.js';
import type { WebhookPoster, WebhookTarget } from './webhook-poster.js';
import type { CarrierEvent, SendBody } from './wire.js';

/** A message that the carrier has taken, or is about to. */
export interface TakenMessage {
  readonly id: string;
  readonly send: SendBody;
  readonly target: WebhookTarget;
  /** What befalls it, where the channel asked for chaos. */
  readonly disorder?: Disorder | undefined;
}

export interface StoryTeller {
  /**
   * Posts the steps one after another; each waits until the one before was taken. Under chaos each is posted when its own
   * time has come, if at all, and waits for none. Rejects only when `signal` aborts.
   */
  tell(message: TakenMessage, steps: readonly Step[], signal: AbortSignal): Promise<void>;
}

export interface StoryTellerDeps {
  readonly poster: WebhookPoster;
  readonly random: Random;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Bounds the echo: a reply says what was said, not 64 KiB of it. */
const ECHO_CHARACTERS_MAX = 1_000;

export function createStoryTeller({ poster, random, clock, newId }: StoryTellerDeps): StoryTeller {
  const eventOf = (message: TakenMessage, step: Step, at: Date): CarrierEvent => {
    if (step.kind === 'typing') return { type: 'typing', from: message.send.to, isTyping: true };
    return step.kind === 'reply' ? replyTo(message, newId(), at) : receiptOf(message, step.status, at);
  };
  const tellInDisorder = async (message: TakenMessage, disorder: Disorder, told: Told) => {
    const begunAt = clock.now().getTime();
    // Each webhook listens, three times as many as there are steps: more than the ten above which Node suspects a leak.
    setMaxListeners(0, told.signal);
    const posts = disorder.postingsOf(told.steps).flatMap(({ step, happensInMs, postedInMs }) => {
      // Made once: what is posted twice says the same twice.
      const event = eventOf(message, step, new Date(begunAt + happensInMs));
      return postedInMs.map(async (inMs) => {
        await sleep(inMs, undefined, { signal: told.signal });
        await poster.post(message.target, event, told.signal);
      });
    });
    await Promise.all(posts);
  };
  return {
    async tell(message, steps, signal) {
      if (message.disorder !== undefined) return tellInDisorder(message, message.disorder, { steps, signal });
      for (const step of steps) {
        await sleep(delayWithin(random, step.after), undefined, { signal });
        await poster.post(message.target, eventOf(message, step, clock.now()), signal);
      }
    },
  };
}

interface Told {
  readonly steps: readonly Step[];
  readonly signal: AbortSignal;
}

type ReceiptStep = Extract<Step, { kind: 'receipt' }>;

function receiptOf({ id, send }: TakenMessage, status: ReceiptStep['status'], at: Date): CarrierEvent {
  const receipt = { type: 'receipt', id, reference: send.reference, status, occurredAt: at.toISOString() } as const;
  if (status !== 'failed') return receipt;
  const error = { code: 'recipient_unreachable', message: 'The handset did not take the message.' };
  return { ...receipt, error, stage: 'DELIVERY' };
}

function replyTo({ id, send }: TakenMessage, replyId: string, at: Date): CarrierEvent {
  return {
    type: 'message',
    id: replyId,
    from: send.to,
    name: nameOf(send.to),
    occurredAt: at.toISOString(),
    content: { kind: 'text', text: echoOf(send.content), actions: [], attachments: [] },
    replyTo: id,
  };
}

function echoOf(content: MessageContent): string {
  if (content.text !== '') return `You said: ${content.text.slice(0, ECHO_CHARACTERS_MAX)}`;
  return `Thank you for the ${content.kind}.`;
}
