import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../events/kernel/clock.js';
import { createDisorders } from './chaos.js';
import { createLedger, type Verdict } from './ledger.js';
import { readRequest, type ReadRequest } from './request-reader.js';
import type { Stage } from './stage.js';
import { storyOf, type Story } from './stories.js';
import { createTurnAways } from './turn-aways.js';
import { UNAVAILABLE_CODE, type ErrorAnswer, type SendBody } from './wire.js';

/** What goes over the wire, and what happens once it has. */
export type Answer =
  | {
      readonly status: number;
      readonly body: { readonly id: string } | ErrorAnswer | typeof NOTHING;
      readonly retryAfterSeconds?: number | undefined;
      readonly afterwards?: () => void;
    }
  /** The line drops. */
  | { readonly status: 'hangs up'; readonly afterwards?: () => void };

/** There is nothing to say of it. */
const NOTHING = {} as const;

/** Who sits behind the carrier's door: judges each request and opens the story of what it takes. */
export type Clerk = (request: IncomingMessage) => Promise<Answer>;

export interface ClerkDeps {
  readonly stage: Stage;
  readonly clock: Clock;
  readonly newId: () => string;
}

type SendRequest = Extract<ReadRequest, { kind: 'send' }>;

const refusing = (status: number, code: string, message: string, retryAfterSeconds?: number): Answer => ({
  status,
  body: { error: { code, message } },
  retryAfterSeconds,
});
const NOBODY_THERE = { error: { code: 'recipient_not_on_platform', message: 'Nobody has this number.' } };
const TOO_MANY = refusing(429, 'rate_limited', 'Too many messages at once.', 1);
const NOT_THERE = refusing(503, UNAVAILABLE_CODE, 'The carrier is not there just now.');
const NOT_KNOWN = refusing(404, 'not_found', 'No message is known by this reference, or not yet.');

export function createClerk({ stage, clock, newId }: ClerkDeps): Clerk {
  const turnAways = createTurnAways(clock);
  const disorders = createDisorders();
  const ledger = createLedger(clock);
  const judge = async (read: SendRequest): Promise<Answer> => {
    const { send, target } = read;
    const { token } = target;
    const story = storyOf(send.to);
    if (story.answer === 'hangs up') return { status: 'hangs up' };
    if (isTurnedAway({ token, send }, story)) return story.turnsAway?.as === 'throttled' ? TOO_MANY : NOT_THERE;
    if (stage.isFull()) return TOO_MANY;
    const disorder = disorders.of(token, send.chaos);
    const isHangingUp = story.answer === 'takes and hangs up' || disorder?.dropsLine === true;
    const answerWith = (status: number, body: Verdict, afterwards: () => void): Answer => {
      ledger.note({ token, send }, body);
      return isHangingUp ? { status: 'hangs up', afterwards } : { status, body, afterwards };
    };
    if (story.answer === 'refuses') return answerWith(422, NOBODY_THERE, () => undefined);
    const message = { id: newId(), send, target, disorder };
    const telling = stage.open(message, tellable(story, send));
    await telling.before();
    return answerWith(202, { id: message.id }, () => telling.after());
  };
  const isTurnedAway = (call: { token: string; send: SendBody }, { turnsAway }: Story) =>
    turnsAway !== undefined && turnAways.isTurnedAway(call, turnsAway.times);
  return async (request) => {
    const read = await readRequest(request);
    if (read.kind === 'refusal') return { status: read.status, body: { error: read.error } };
    if (read.kind === 'send') return judge(read);
    if (read.kind === 'signal') return { status: 202, body: NOTHING };
    const verdict = ledger.find(read.token, read.reference);
    return verdict === undefined ? NOT_KNOWN : { status: 200, body: verdict };
  };
}

/** A contact answers a message once, when its last part has come. */
function tellable(story: Story, { part }: SendBody): Story {
  if (part === undefined || part.index >= part.count - 1) return story;
  return { ...story, steps: story.steps.filter(({ kind }) => kind === 'receipt') };
}
