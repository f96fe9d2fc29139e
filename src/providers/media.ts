import type { Readable } from 'node:stream';
import type { AccountRequest } from './provider.js';

/** An incoming file that only the provider's credentials open. */
export interface MediaRequest<Settings> extends AccountRequest<Settings> {
  /** What the adapter wrote by `toMediaReference`. */
  readonly mediaId: string;
  /**
   * Opens the file where it lies, to be called once at most; what it answers is the answer. It knows which bytes are
   * wanted, keeps to `signal`, guards what isn't the channel's own API, and never throws.
   */
  readonly open: (place: FilePlace) => Promise<MediaAnswer>;
}

/** Where a file lies. */
export interface FilePlace {
  /** Absolute; http or https. */
  readonly url: string;
  /** The channel's own API, which its administrator chose: it may be anywhere. What lies elsewhere must be public. */
  readonly baseUrl: string;
  /** Headers that say who asks. Shown to `baseUrl`, over https to `credentialHosts`, and to nobody else, redirected or not. */
  readonly credentials?: Readonly<Record<string, string>>;
  /** In lower case; `.example.com` stands for every name below it. */
  readonly credentialHosts?: readonly string[];
}

/** What became of it. Of everything but `opened` nothing is left to close. */
export type MediaAnswer =
  | OpenedFile
  /** It has no such bytes. */
  | { readonly kind: 'unsatisfiable'; readonly size?: number | undefined }
  /** The provider has no such file, or no longer. */
  | { readonly kind: 'gone' }
  /** Not by these credentials; or it lies where nothing is fetched from. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number | undefined }
  /** It isn't there; or it said what can't be read. */
  | { readonly kind: 'unavailable' | 'unknown' };

export interface OpenedFile {
  readonly kind: 'opened';
  /** Whoever is given it reads it to its end, or destroys it. */
  readonly body: Readable;
  /** Which byte of the file is the body's first: 0 where the provider gave all of it although less was asked for. */
  readonly from: number;
  /** Bytes of the body; undefined: not known. */
  readonly length: number | undefined;
  /** Bytes of the whole file; undefined: not known. */
  readonly size: number | undefined;
}
