import type { Interpretation } from '../../provider.js';

/** What an event says beside its own part. */
export interface Frame {
  /** The contact's. */
  readonly address: string;
  /** The account itself did it. */
  readonly isOwn: boolean;
  /** Another app has the thread. */
  readonly isStandby: boolean;
  readonly at: Date | undefined;
  /** As it was said; empty where it wasn't. */
  readonly timestamp: string;
}

/** Reads one kind of event; undefined: it has another form. */
export type Reader = (said: unknown, frame: Frame) => readonly Interpretation[] | undefined;

/** What was said beyond the content; undefined where nothing was. */
export function dataOf(said: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
