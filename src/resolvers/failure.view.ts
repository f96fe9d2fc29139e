import type { FailureCode } from '../events/message/events.js';
import type { MessageFailure as FailureState } from '../events/message/state.js';
import { MessageFailure } from '../schema/graphql/message.type.js';
import { instance } from './instance.js';

/** Ours, for people: what happened and what would help. */
const WORDS: Readonly<Record<FailureCode, string>> = {
  RECIPIENT_INVALID: 'The address is not one of this platform. Check it.',
  RECIPIENT_UNREACHABLE: 'The recipient cannot be reached at the moment.',
  RECIPIENT_NOT_ON_PLATFORM: 'The recipient does not use this platform.',
  RECIPIENT_BLOCKED: 'The recipient blocks messages from this channel, or is blocked.',
  RECIPIENT_OPTED_OUT: 'The recipient does not want such messages.',
  SERVICE_WINDOW_CLOSED: 'Too long since the contact last wrote. Send a template.',
  TEMPLATE_INVALID: 'The template is unknown, not approved, or its parameters do not fit.',
  CONTENT_REJECTED: 'The provider refuses this content.',
  MEDIA_FAILED: 'A file could not be fetched, or its kind or size is refused.',
  RATE_LIMITED: 'Too many messages. Send more slowly.',
  CREDENTIALS_INVALID: "The provider refuses the channel's credentials. Renew them.",
  BILLING: "The provider's account lacks money or a plan.",
  POLICY: 'The message is against a rule of the platform.',
  PROVIDER_UNAVAILABLE: 'The provider could not be reached for too long.',
  EXPIRED: 'The message was not delivered in time.',
  RESOLVED_AS_FAILED: 'A person settled its unknown outcome as failed.',
  UNKNOWN: 'The provider gave no reason that is known here.',
};

export const toFailure = (failure: FailureState | null): MessageFailure | null =>
  failure &&
  instance(MessageFailure, {
    code: failure.code,
    message: WORDS[failure.code],
    isRetryable: failure.isRetryable,
    providerCode: failure.providerCode,
    providerMessage: failure.providerMessage,
  });
