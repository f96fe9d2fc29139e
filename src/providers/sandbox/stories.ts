/** How long after the step before it, in milliseconds: at least, at most. */
type Delay = readonly [number, number];

/** One webhook of a story. */
export type Step =
  | { readonly kind: 'receipt'; readonly status: 'sent' | 'delivered' | 'read' | 'failed'; readonly after: Delay }
  | { readonly kind: 'typing'; readonly after: Delay }
  | { readonly kind: 'reply'; readonly after: Delay };

/** What happens to a message, by whom it is written to. */
export interface Story {
  /** How the first calls for a message are answered, before one is judged. */
  readonly turnsAway?: { readonly times: number; readonly as: 'throttled' | 'unavailable' };
  /**
   * The answer to the send. `hangs up`: the request is read whole and forgotten, then the line drops; `takes and hangs up`:
   * it is taken, then the line drops all the same.
   */
  readonly answer: 'accepts' | 'refuses' | 'hangs up' | 'takes and hangs up';
  /** Told, and taken by Parley, before the send is answered. */
  readonly early: readonly Step[];
  /** Told after the answer, one after another. */
  readonly steps: readonly Step[];
}

const sent: Step = { kind: 'receipt', status: 'sent', after: [20, 80] };
const delivered: Step = { kind: 'receipt', status: 'delivered', after: [60, 400] };
const read: Step = { kind: 'receipt', status: 'read', after: [100, 450] };
const failed: Step = { kind: 'receipt', status: 'failed', after: [100, 400] };
const reply: Step = { kind: 'reply', after: [200, 900] };
const typing: Step = { kind: 'typing', after: [100, 400] };
/** By then the sender knows that it doesn't know; all of them have come within 4 s. */
const sentLater: Step = { ...sent, after: [2_000, 2_600] };
const soon = (step: Step): Step => ({ ...step, after: [5, 60] });

/** Delivered within 0.5 s, read within 1 s, answered within 2 s. */
const ORDINARY: Story = { answer: 'accepts', early: [], steps: [sent, delivered, read, reply] };

const STORIES: ReadonlyMap<string, Story> = new Map<string, Story>([
  ['+15550100000', ORDINARY],
  ['+15550100001', { answer: 'accepts', early: [], steps: [sent, delivered] }],
  ['+15550100002', { answer: 'refuses', early: [], steps: [] }],
  ['+15550100003', { answer: 'accepts', early: [], steps: [sent, failed] }],
  ['+15550100004', { ...ORDINARY, turnsAway: { times: 2, as: 'throttled' } }],
  ['+15550100005', { answer: 'takes and hangs up', early: [], steps: [sentLater, delivered, read] }],
  ['+15550100006', { answer: 'hangs up', early: [], steps: [] }],
  [
    '+15550100007',
    {
      answer: 'accepts',
      early: [],
      steps: [soon(read), soon(delivered), soon(sent), soon(sent), soon(delivered), soon(read)],
    },
  ],
  ['+15550100008', { answer: 'accepts', early: [soon(sent)], steps: [delivered, read] }],
  ['+15550100009', { ...ORDINARY, turnsAway: { times: 3, as: 'unavailable' } }],
  ['+15550100010', { answer: 'accepts', early: [], steps: [sent, delivered, read, typing, reply] }],
]);

export const storyOf = (recipient: string): Story => STORIES.get(recipient) ?? ORDINARY;

/** The simulated contact's name: the same number is always the same contact. */
export const nameOf = (phoneNumber: string): string => `Contact ${phoneNumber.slice(-4)}`;
