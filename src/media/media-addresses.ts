import { hkdfSync } from 'node:crypto';
import { messageIds, workspaceIds, type MessageId, type WorkspaceId } from '../events/kernel/ids.js';
import { hmacSha256, isSignature } from '../providers/authenticity.js';
import { mediaIdIn } from '../providers/media-reference.js';

/** Which file: it is found in the message, as it is now. */
export interface MediaPlace {
  readonly workspaceId: WorkspaceId;
  readonly messageId: MessageId;
  /** Stands for the provider's id of it. */
  readonly digest: string;
  readonly expiresAt: Date;
}

/**
 * Addresses of incoming files on this server. They open the file for whoever has them, until they expire: an `img` shows
 * no key. So they are made only where the message itself is read, and hold nothing of the provider's.
 */
export interface MediaAddresses {
  /** `url` of a message's media as a client gets it; what needs no credentials stays as it is. */
  urlOf(workspaceId: WorkspaceId, messageId: MessageId, url: string): string;
  /** What was signed here and still counts. `id` is what follows `/media/`. */
  read(id: string, query: URLSearchParams): MediaPlace | 'altered' | 'expired';
  /** Of a media's `url` as the event has it. */
  digestOf(url: string): string;
}

export interface MediaAddressesDeps {
  readonly key: Buffer;
  readonly now: () => Date;
  /** Without a slash at its end. */
  readonly publicUrl: () => string;
}

/** Derived of the instance secret (rule 5), so that it needs no keeping of its own, and every process has the same. */
export const mediaKeyOf = (instanceSecret: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', instanceSecret, '', 'parley media addresses', 32));

/**
 * All addresses of a window are alike and end with the next but one: a page that asks again gets the ones that its browser
 * knows, and each is good for 10 to 15 minutes.
 */
const WINDOW_SECONDS = 300;
const WINDOWS = 3;
const DIGEST_LENGTH = 22;

export function createMediaAddresses({ key, now, publicUrl }: MediaAddressesDeps): MediaAddresses {
  const mac = (...parts: readonly string[]) =>
    hmacSha256(key, ...parts.flatMap((part) => [`${Buffer.byteLength(part)}:`, part]));
  const digestOf = (url: string) => mac('digest', url).toString('base64url').slice(0, DIGEST_LENGTH);
  const signatureOf = (workspaceId: string, id: string, expires: string) =>
    mac('address', workspaceId, id, expires).toString('base64url');
  const seconds = () => Math.floor(now().getTime() / 1_000);
  return {
    digestOf,
    urlOf(workspaceId, messageId, url) {
      if (mediaIdIn(url) === undefined) return url;
      const id = `${messageId}.${digestOf(url)}`;
      const expires = String((Math.floor(seconds() / WINDOW_SECONDS) + WINDOWS) * WINDOW_SECONDS);
      const signature = signatureOf(workspaceId, id, expires);
      return `${publicUrl()}/media/${id}?${new URLSearchParams({ workspace: workspaceId, expires, signature }).toString()}`;
    },
    read(id, query) {
      const [workspace = '', expires = '', signature = ''] = ['workspace', 'expires', 'signature'].map(
        (name) => query.get(name) ?? '',
      );
      if (!isSignature(Buffer.from(signature), Buffer.from(signatureOf(workspace, id, expires)))) return 'altered';
      const [message = '', digest = ''] = id.split('.');
      const [workspaceId, messageId] = [workspaceIds.parse(workspace), messageIds.parse(message)];
      if (workspaceId === undefined || messageId === undefined) return 'altered';
      if (Number(expires) <= seconds()) return 'expired';
      return { workspaceId, messageId, digest, expiresAt: new Date(Number(expires) * 1_000) };
    },
  };
}
