import type { Clock } from '../../events/kernel/clock.js';
import { createRecent } from '../../recent.js';
import type { ErrorAnswer, SendBody } from './wire.js';

/** Whom it was sent for, and how the sender calls it. */
interface Sent {
  readonly token: string;
  readonly send: Pick<SendBody, 'reference'>;
}

/** What a message was answered with, or would have been. */
export type Verdict = { readonly id: string } | { readonly error: ErrorAnswer['error'] };

/** The last calls that the carrier decided on: what it can be asked for by their reference. */
export interface Ledger {
  note(sent: Sent, verdict: Verdict): void;
  /** Undefined: not known, or not yet. Each token sees only what was sent under it. */
  find(token: string, reference: string): Verdict | undefined;
}

/** As many as there are stories at once; some 300 bytes each. */
const ENTRIES_MAX = 20_000;
/**
 * A carrier's index comes after its receipts: whose line dropped hears of its message from the receipts of the story, if
 * they come (`+15550100005`: within 4 s), and finds it here if they don't.
 */
const FOUND_AFTER_MS = 5_000;

export function createLedger(clock: Clock): Ledger {
  const entries = createRecent<{ readonly verdict: Verdict; readonly foundFrom: number }>(ENTRIES_MAX);
  const keyOf = (token: string, reference: string) => `${token} ${reference}`;
  return {
    note({ token, send }, verdict) {
      const foundFrom = clock.now().getTime() + FOUND_AFTER_MS;
      entries.set(keyOf(token, send.reference), { verdict, foundFrom });
    },
    find(token, reference) {
      const entry = entries.get(keyOf(token, reference));
      return entry !== undefined && clock.now().getTime() >= entry.foundFrom ? entry.verdict : undefined;
    },
  };
}
