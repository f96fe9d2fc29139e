import { unlessAborted } from '../lifecycle.js';
import type { CredentialRefresher } from './create-credential-refresher.js';
import type { AccountAnswer, AccountRequest, Outcome, ProviderAdapter } from './provider.js';
import type { ProviderRegistry } from './registry.js';

/**
 * The same adapters; where credentials can be exchanged, a call that was refused for them is made again with new ones.
 * A call so refused was surely not processed, so the message goes out once all the same.
 */
export function refreshingProviders(providers: ProviderRegistry, refresher: CredentialRefresher): ProviderRegistry {
  const refreshing = new Map<ProviderAdapter, ProviderAdapter>();
  return {
    get(kind) {
      const adapter = providers.get(kind);
      if (adapter?.refresh === undefined) return adapter;
      const known = refreshing.get(adapter) ?? refreshingAdapter(adapter, refresher);
      refreshing.set(adapter, known);
      return known;
    },
  };
}

/** New ones by somebody else, which are refused as well, and ours: no call is made more often than that and once. */
const RENEWALS_MAX = 2;

const CREDENTIALS = 'CREDENTIALS_INVALID';
const isRefusedSend = (outcome: Outcome): boolean =>
  outcome.kind === 'rejected' && outcome.failure.code === CREDENTIALS;
const isRefusedAccount = (answer: AccountAnswer): boolean =>
  answer.kind === 'refused' && answer.failure.code === CREDENTIALS;

function refreshingAdapter(adapter: ProviderAdapter, refresher: CredentialRefresher): ProviderAdapter {
  const { verifyCredentials, registerWebhook } = adapter;
  const again = async <Request extends AccountRequest<unknown>, Answer>(
    request: Request,
    call: (request: Request) => Promise<Answer>,
    isRefused: (answer: Answer) => boolean,
  ): Promise<Answer | { readonly kind: 'unavailable' }> => {
    let { settings } = request;
    let answer = await call(request);
    for (let renewals = 0; renewals < RENEWALS_MAX && isRefused(answer); renewals += 1) {
      const { channelId, platform, signal } = request;
      const renewing = refresher.renew({ adapter, channelId, platform, settings });
      // Whoever can't wait comes again: it goes on without him.
      const renewal = (await unlessAborted(signal, renewing)) ?? { kind: 'later' };
      if (renewal.kind === 'later') return { kind: 'unavailable' };
      if (renewal.kind === 'ended') break;
      settings = renewal.settings;
      answer = await call({ ...request, settings });
    }
    return answer;
  };
  return {
    ...adapter,
    send: (request) => again(request, (one) => adapter.send(one), isRefusedSend),
    ...(verifyCredentials && {
      verifyCredentials: (request) => again(request, (one) => verifyCredentials(one), isRefusedAccount),
    }),
    ...(registerWebhook && {
      registerWebhook: (request) => again(request, (one) => registerWebhook(one), isRefusedAccount),
    }),
  };
}
