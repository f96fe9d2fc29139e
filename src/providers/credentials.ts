import type { MessageFailureData } from '../events/message/events.js';
import type { AccountRequest } from './provider.js';

/**
 * Credentials that end, and are exchanged for new ones by showing a token that is good for once. When that is done, that
 * each token is shown once, and that what came instead is kept, is the core's (`create-credential-refresher.ts`). Such an
 * adapter says `CREDENTIALS_INVALID` of a call only where new credentials would help, and it surely wasn't processed.
 */
export interface CredentialRefresh<Settings = unknown> {
  /** The token that an exchange shows; undefined: these settings have none. Pure. */
  spends(settings: Settings): string | undefined;
  /** When the credentials are to be exchanged though they are still good; undefined: nobody knows. Pure. */
  dueAt(settings: Settings): Date | undefined;
  /** Shows the token: one HTTP call, which ends within `signal`, and never throws. It may be spent: `unknown`. */
  exchange(request: AccountRequest<Settings>): Promise<CredentialAnswer>;
  /**
   * Which credentials the provider has for us by now, asked with those that we have: what is left where an exchange's
   * answer was lost. One HTTP call, which changes nothing there, ends within `signal`, and never throws.
   */
  recall?(request: AccountRequest<Settings>): Promise<CredentialAnswer>;
}

/** What a provider says of new credentials. */
export type CredentialAnswer =
  /** As `parseSettings` takes changes. */
  | { readonly kind: 'renewed'; readonly changes: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly failure: MessageFailureData }
  /** Surely not processed: the token is as good as before. */
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number }
  | { readonly kind: 'unavailable' }
  /** Nobody can tell, and whether the token was spent neither. */
  | { readonly kind: 'unknown' };
