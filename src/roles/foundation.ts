import { clientTokenSecret, type ClientTokenSecret } from '../access/client-tokens.js';
import { secretKeySourceOf } from '../config.js';
import type { Database } from '../database/database.js';
import { createIdentity, type Identity } from '../events/event-identity.js';
import { createIdDeriver } from '../events/kernel/derive-id.js';
import type { EventLog } from '../events/log/event-log.js';
import { guardFingerprint } from '../events/log/fingerprint-guard.js';
import { guardLog } from '../events/log/log-guard.js';
import { guardMarks } from '../events/log/log-marks.js';
import { mediaKeyOf } from '../media/media-addresses.js';
import type { AddressBook } from '../events/outbox/address-book.js';
import { createAddressBook } from '../events/outbox/create-address-book.js';
import { createOutbox } from '../events/outbox/create-outbox.js';
import type { Outbox } from '../events/outbox/outbox.js';
import type { ChannelDirectory } from '../providers/channel.js';
import { createChannelDirectory } from '../providers/create-channel-directory.js';
import { createCredentialRefresher, type CredentialRefresher } from '../providers/create-credential-refresher.js';
import { refreshingProviders } from '../providers/refreshing-providers.js';
import type { ProviderRegistry } from '../providers/registry.js';
import { findInstanceSecret, loadInstanceSecret } from '../secrets/instance-secret.js';
import { createSecretBox, type SecretBox } from '../secrets/secret-box.js';
import { loadKeyring } from '../secrets/secret-key.js';
import { tracedProviders } from '../telemetry/traced-providers.js';
import { meteredProviders } from '../telemetry/metered-providers.js';
import { startProviders } from './providers.js';
import type { Keep, RoleDeps } from './role.js';

/** What makes this instance itself: every process of it has the same. */
export interface Instance {
  readonly box: SecretBox;
  readonly identity: Identity;
  readonly clientTokens: ClientTokenSecret;
  /** What addresses of incoming files are signed with. */
  readonly mediaKey: Buffer;
}

/**
 * Loads the secrets, and sees to it that the log is this instance's.
 * @throws SecretBoxError, OtherLogError, OtherPastError, FingerprintMismatchError
 */
export async function loadInstance({ config, database, log }: RoleDeps): Promise<Instance> {
  const box = createSecretBox(await loadKeyring(secretKeySourceOf(config)));
  const secret = await loadSecret(database, log, box);
  const identity = createIdentity(createIdDeriver(secret));
  await guardLog(database, log);
  await guardMarks(database, log);
  await guardFingerprint(log, identity.fingerprint);
  const clientTokens = clientTokenSecret(secret, identity.fingerprint);
  return { box, identity, clientTokens, mediaKey: mediaKeyOf(secret) };
}

/** A secret is made only where the log is nobody's: a start that is refused must leave an empty database empty. */
async function loadSecret(database: Database, log: EventLog, box: SecretBox): Promise<Buffer> {
  const known = await findInstanceSecret(database, box);
  if (known !== undefined) return known;
  try {
    await guardFingerprint(log, undefined);
  } catch (error) {
    // Another process, which began at the same time, may have made it meanwhile, and appended the first event.
    const made = await findInstanceSecret(database, box);
    if (made === undefined) throw error;
    return made;
  }
  return loadInstanceSecret(database, box);
}

/** What a role needs that appends events: the projector alone does without. */
export interface Foundation extends Instance {
  readonly outbox: Outbox;
  readonly addressBook: AddressBook;
  readonly providers: ProviderRegistry;
  readonly directory: ChannelDirectory;
  readonly refresher: CredentialRefresher;
}

/** @param keepWorker of what stops with the workers: it waits for what it has begun, and needs the rest meanwhile */
export async function layFoundation(
  deps: RoleDeps,
  instance: Instance,
  keep: Keep,
  keepWorker: Keep,
): Promise<Foundation> {
  const { database, log, logger } = deps;
  const { box, identity } = instance;
  const outbox = keep(createOutbox({ database, log, fingerprint: identity.fingerprint, logger }));
  const addressBook = createAddressBook({ identity, outbox });
  const called = tracedProviders(meteredProviders(await startProviders(deps, keep), deps.meter), deps.tracer);
  const directory = keep(await createChannelDirectory({ database, box, logger }));
  const refresher = keepWorker(createCredentialRefresher({ ...deps, box, outbox, directory }));
  const providers = refreshingProviders(called, refresher);
  return { ...instance, outbox, addressBook, providers, directory, refresher };
}
