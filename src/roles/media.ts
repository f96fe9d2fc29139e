import type { Finders } from '../events/queries/finders.js';
import type { MediaDesk } from '../http/media.js';
import { createMediaAddresses, type MediaAddresses } from '../media/media-addresses.js';
import { createMediaLibrary } from '../media/media-library.js';
import { createFileOpener } from '../media/open-file.js';
import { createPlaces } from '../places.js';
import type { Reading } from '../telemetry/readings.js';
import type { Foundation } from './foundation.js';
import type { Keep, RoleDeps } from './role.js';

/** Files that a process passes on at once, and what one workspace may have of them: each holds two connections. */
const PLACES = { all: 64, each: 32 } as const;

/** What incoming files are given on by. */
export interface Media {
  readonly desk: MediaDesk;
  readonly urlOf: MediaAddresses['urlOf'];
  readonly readings: () => readonly Reading[];
}

export function startMedia(deps: RoleDeps, foundation: Foundation, finders: Finders, keep: Keep): Media {
  const { clock, publicUrl, config } = deps;
  const addresses = createMediaAddresses({ key: foundation.mediaKey, now: () => clock.now(), publicUrl });
  const opener = keep(createFileOpener({ isLoopbackAllowed: config.isLoopbackAllowed }));
  const library = createMediaLibrary({ ...foundation, finders, addresses, opener });
  const places = createPlaces(PLACES.all, PLACES.each);
  return {
    desk: { addresses, library, places },
    urlOf: (workspaceId, messageId, url) => addresses.urlOf(workspaceId, messageId, url),
    readings: () => [{ metric: 'parley_media_open', value: places.taken() }],
  };
}
