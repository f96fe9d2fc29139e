import type { Topic } from '../events/log/event-log.js';

/** What is counted as it happens, because nobody could read it afterwards. Costs below 1 µs a call, and never throws. */
export interface Meter {
  /** The log acknowledged a record. */
  appended(topic: Topic, seconds: number): void;
  appendFailed(topic: Topic, reason: AppendFailure): void;
  /** A worker took a batch, its effect committed. */
  batchTaken(group: string, records: number, seconds: number): void;
  batchFailed(group: string): void;
  /** The read models have an event; `seconds` after it was recorded. */
  projected(seconds: number): void;
  /** `ACCEPTED`, or the code that it was refused with. */
  sendAnswered(outcome: string): void;
  providerAnswered(call: ProviderAnswer): void;
  /** Somebody ran into a limit, and was told so. */
  limited(limit: string): void;
  webhookAnswered(provider: string, verdict: WebhookVerdict): void;
  /** An address of an incoming file was asked for; `other` where it isn't known whose it is. */
  mediaAnswered(provider: string, outcome: MediaOutcome): void;
}

export type AppendFailure = 'unavailable' | 'too_large';

export interface ProviderAnswer {
  readonly provider: string;
  readonly operation: 'send' | 'look_up' | 'fetch_media';
  readonly outcome: string;
  readonly seconds: number;
}

export type MediaOutcome =
  | 'served'
  | 'not_modified'
  | 'altered'
  | 'expired'
  | 'not_found'
  | 'gone'
  | 'unsatisfiable'
  | 'refused'
  | 'too_large'
  | 'unknown'
  | 'throttled'
  | 'unavailable'
  | 'busy';

export type WebhookVerdict = 'taken' | 'forged' | 'unknown_channel' | 'too_large' | 'malformed' | 'unavailable';
