import type { Clock } from '../events/kernel/clock.js';
import { pause, unlessAborted, type Running } from '../lifecycle.js';
import type { Channel, ChannelDirectory } from './channel.js';
import type { CredentialRefresher } from './create-credential-refresher.js';
import type { ProviderRegistry } from './registry.js';

export interface CredentialKeeperDeps {
  readonly directory: Pick<ChannelDirectory, 'all'>;
  readonly providers: ProviderRegistry;
  readonly refresher: CredentialRefresher;
  readonly clock: Clock;
  /** How often it looks; default: every ten minutes. Credentials are due long before they end. */
  readonly everyMs?: number | undefined;
}

const EVERY_MS = 600_000;

/**
 * Exchanges credentials before they end, one channel after another. Those of channels that rest may end. An exchange that
 * is under way when it stops is the refresher's, which waits for it.
 */
export function keepCredentials({ everyMs = EVERY_MS, ...deps }: CredentialKeeperDeps): Running {
  const stopping = new AbortController();
  const { signal } = stopping;
  const renew = (channel: Channel) => unlessAborted(signal, renewIfDue(deps, channel));
  const hasStopped = () => signal.aborted;
  const keep = async () => {
    while (!hasStopped()) {
      for (const channel of deps.directory.all()) if (!hasStopped()) await renew(channel);
      await pause(everyMs, signal);
    }
  };
  const keeping = keep();
  return {
    async stop() {
      stopping.abort();
      await keeping;
    },
  };
}

async function renewIfDue({ providers, refresher, clock }: CredentialKeeperDeps, channel: Channel): Promise<void> {
  const { id: channelId, platform, settings, provider, isEnabled, isSuspended } = channel;
  const adapter = providers.get(provider);
  if (adapter?.refresh === undefined || !isEnabled || isSuspended) return;
  const dueAt = adapter.refresh.dueAt(settings);
  if (dueAt !== undefined && dueAt <= clock.now()) await refresher.renew({ adapter, channelId, platform, settings });
}
