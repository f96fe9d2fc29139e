import { printable } from '../printable.js';

/** An event as the API shows it. */
export interface ShownEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly source: string;
  readonly subject: string | null;
  readonly time: string;
  readonly recordedAt: string;
  readonly cursor: string;
  readonly channelId: string | null;
  readonly conversationId: string | null;
  readonly contactId: string | null;
  readonly messageId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Of one fact; whatever is longer is shown by `--json`. */
const FACT_LENGTH_MAX = 160;
const TYPE_WIDTH = 'message.outcome_unknown'.length;

/** Where everything personal stands (rule 9), sealed or not. */
export function withoutContent(event: ShownEvent): ShownEvent {
  const { content: _content, sealed: _sealed, ...facts } = event.data;
  return { ...event, data: facts };
}

/** Time, type, subject, channel, facts: one line, safe for a terminal. */
export function eventLine(event: ShownEvent): string {
  const facts = Object.entries(event.data).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`${name}=${spelled(value)}`],
  );
  const about = [event.subject, event.channelId === event.subject ? null : event.channelId].filter((id) => id !== null);
  const words = [event.recordedAt, event.type.padEnd(TYPE_WIDTH), ...about, ...facts];
  return `${printable(words.join('  ').trimEnd())}\n`;
}

function spelled(value: unknown): string {
  const text = typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return text.length <= FACT_LENGTH_MAX ? text : `${text.slice(0, FACT_LENGTH_MAX - 1)}…`;
}
