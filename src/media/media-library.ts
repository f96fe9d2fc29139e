import type { Channel, ChannelDirectory } from '../providers/channel.js';
import type { Media } from '../events/message/content.js';
import { mediaOf } from '../events/message/content-facts.js';
import type { Finders } from '../events/queries/finders.js';
import { createRecent } from '../recent.js';
import type { MediaAnswer, OpenedFile } from '../providers/media.js';
import { mediaIdIn } from '../providers/media-reference.js';
import type { ProviderAdapter } from '../providers/provider.js';
import type { ProviderRegistry } from '../providers/registry.js';
import { rangeWithin, type ByteRange } from './byte-range.js';
import { HEAD_BYTES, typeOf, type KnownType } from './content-type.js';
import { cutTo, readHead, type Head } from './file-body.js';
import type { MediaAddresses, MediaPlace } from './media-addresses.js';
import type { FileOpener } from './open-file.js';
import type { Readable } from 'node:stream';

/** An incoming file, and who has it. */
export interface FoundMedia {
  readonly media: Media;
  readonly mediaId: string;
  readonly channel: Channel;
  readonly adapter: ProviderAdapter;
}

/** What is known of a file without its bytes. */
export interface SeenMedia {
  readonly kind: 'seen';
  readonly type: KnownType;
  readonly size: number | undefined;
}

/** Bytes of a file, as they are to be sent on. */
export interface OpenMedia {
  readonly kind: 'open';
  readonly type: KnownType;
  /** Whoever is given it reads it to its end, or destroys it. */
  readonly body: Readable;
  readonly length: number | undefined;
  /** Where they stand in the file; undefined: they are all of it. */
  readonly part: { readonly from: number; readonly to: number; readonly size: number | undefined } | undefined;
}

export type MediaFailure = Exclude<MediaAnswer, OpenedFile>;

export interface MediaLibrary {
  /** Undefined: there is no such file, or no longer. @throws when Postgres is away */
  find(place: MediaPlace): Promise<FoundMedia | undefined>;
  /** Never throws. */
  see(found: FoundMedia, signal: AbortSignal): Promise<SeenMedia | MediaFailure>;
  /** @param range undefined: all of it. Never throws */
  open(found: FoundMedia, range: ByteRange | undefined, signal: AbortSignal): Promise<OpenMedia | MediaFailure>;
}

export interface MediaLibraryDeps {
  readonly finders: Pick<Finders, 'messages'>;
  readonly directory: Pick<ChannelDirectory, 'find'>;
  readonly providers: ProviderRegistry;
  readonly addresses: Pick<MediaAddresses, 'digestOf'>;
  readonly opener: FileOpener;
}

/** Until the provider has begun to give the file; for all calls that it takes. */
const OPEN_MS_MAX = 20_000;
/** Files whose beginning was looked at: a film is asked for in many pieces. */
const TYPES_MAX = 10_000;

/** Incoming files, given on as the provider gives them: nothing of them is kept here. */
export function createMediaLibrary(deps: MediaLibraryDeps): MediaLibrary {
  const types = createRecent<KnownType>(TYPES_MAX);
  const fetch = (found: FoundMedia, range: ByteRange | undefined, signal: AbortSignal) =>
    fetchFrom(deps.opener, found, range, signal);
  const noteType = (found: FoundMedia, { bytes }: Head) => {
    const type = typeOf(bytes, found.media.contentType);
    types.set(keyOf(found), type);
    return type;
  };
  const see = async (found: FoundMedia, signal: AbortSignal): Promise<SeenMedia | MediaFailure> => {
    const answer = await fetch(found, { from: 0, to: HEAD_BYTES - 1 }, signal);
    // The range of a file without bytes can't be satisfied.
    if (answer.kind === 'unsatisfiable') return { kind: 'seen', type: typeOf(Buffer.alloc(0)), size: answer.size ?? 0 };
    if (answer.kind !== 'opened') return answer;
    const head = await readHead(answer.body, HEAD_BYTES);
    answer.body.destroy();
    return head === undefined ? { kind: 'unknown' } : { kind: 'seen', type: noteType(found, head), size: answer.size };
  };
  return {
    find: (place) => find(deps, place),
    see,
    async open(found, range, signal) {
      const isBlind = range !== undefined && !showsHead(range) && types.get(keyOf(found)) === undefined;
      const seen = isBlind ? await see(found, signal) : undefined;
      if (seen !== undefined && seen.kind !== 'seen') return seen;
      const answer = await fetch(found, range, signal);
      if (answer.kind !== 'opened') return answer;
      const head = await readHead(answer.body, HEAD_BYTES);
      if (head === undefined) return { kind: 'unknown' };
      const known = answer.from > 0 || head.bytes.length < HEAD_BYTES ? types.get(keyOf(found)) : undefined;
      return openOf(answer, head, known ?? noteType(found, head), range);
    },
  };
}

const keyOf = ({ channel, mediaId }: FoundMedia): string => `${channel.id} ${mediaId}`;

/** Whether these bytes tell what the file is. */
const showsHead = (range: ByteRange): boolean =>
  'from' in range && range.from === 0 && (range.to ?? Infinity) >= HEAD_BYTES - 1;

/** In the message as it is now: what was erased has no address any more. */
async function find(deps: MediaLibraryDeps, place: MediaPlace): Promise<FoundMedia | undefined> {
  const [message] = await deps.finders.messages(place.workspaceId, [place.messageId]);
  const content = message?.content ?? undefined;
  if (message === undefined || content === undefined) return undefined;
  const media = mediaOf(content).find(({ url }) => deps.addresses.digestOf(url) === place.digest);
  const mediaId = media && mediaIdIn(media.url);
  const channel = await deps.directory.find(message.channelId);
  const adapter = channel && deps.providers.get(channel.provider);
  if (media === undefined || mediaId === undefined || channel === undefined || adapter === undefined) return undefined;
  return channel.isSuspended ? undefined : { media, mediaId, channel, adapter };
}

async function fetchFrom(
  opener: FileOpener,
  { adapter, channel, mediaId }: FoundMedia,
  range: ByteRange | undefined,
  left: AbortSignal,
): Promise<MediaAnswer> {
  if (adapter.fetchMedia === undefined) return { kind: 'gone' };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), OPEN_MS_MAX);
  const signal = AbortSignal.any([left, late.signal]);
  const { id: channelId, platform, settings } = channel;
  const open = (place: Parameters<FileOpener['open']>[0]) => opener.open(place, { range, signal });
  try {
    return await adapter.fetchMedia({ settings, channelId, platform, mediaId, signal, open });
  } catch {
    return { kind: 'unknown' };
  } finally {
    clearTimeout(timer);
  }
}

/** Not every provider minds the range: of one that gives all of the file the rest is left out here. */
function openOf(
  answer: OpenedFile,
  head: Head,
  type: KnownType,
  range: ByteRange | undefined,
): OpenMedia | MediaFailure {
  const { body, from, length, size } = answer;
  if (from > 0 || (range !== undefined && length !== undefined && size !== length)) {
    const part = length === undefined ? undefined : { from, to: from + length - 1, size };
    return { kind: 'open', type, length, part, body: cutTo(body, head, 0, length) };
  }
  if (range === undefined || size === undefined)
    return { kind: 'open', type, length, part: undefined, body: cutTo(body, head, 0, length) };
  const within = rangeWithin(range, size);
  if (within === undefined) {
    body.destroy();
    return { kind: 'unsatisfiable', size };
  }
  const wanted = within.to - within.from + 1;
  return {
    kind: 'open',
    type,
    length: wanted,
    part: { ...within, size },
    body: cutTo(body, head, within.from, wanted),
  };
}
