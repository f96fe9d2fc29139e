/** What is sent of a file's beginning to find out what it is; every sign that is looked for lies within. */
export const HEAD_BYTES = 512;

/** What a file is, whatever it is said to be. */
export interface KnownType {
  readonly contentType: string;
  /** Whether a browser may show it in place; everything else is saved. */
  readonly isShown: boolean;
}

/** Of no kind that is shown: saved, under a type that no browser does anything with. */
const UNKNOWN: KnownType = { contentType: 'application/octet-stream', isShown: false };

const shown = (contentType: string): KnownType => ({ contentType, isShown: true });
const saved = (contentType: string): KnownType => ({ contentType, isShown: false });

/**
 * Pictures, sound and film by their first bytes: what contacts send, and what browsers show without running any of it.
 * Documents are saved, also those that browsers could open (PDF, SVG, HTML): a script in them would run on this server's
 * origin.
 * @param head at least `HEAD_BYTES` of it, or all there is
 * @param declared what the provider says; it decides only between names of one and the same form
 */
export function typeOf(head: Buffer, declared?: string): KnownType {
  const found = SIGNS.find(({ at, sign }) => startsWith(head, at, sign));
  const type = found === undefined ? streamType(head) : found.type(head);
  if (type === undefined) return UNKNOWN;
  const said = declared?.split(';')[0]?.trim().toLowerCase() ?? '';
  return SAME_FORM[type.contentType]?.includes(said) === true ? shown(said) : type;
}

/** A film's form may hold nothing but sound: only who made it says which it is. */
const SAME_FORM: Readonly<Record<string, readonly string[]>> = {
  'video/mp4': ['audio/mp4', 'audio/x-m4a', 'video/3gpp', 'audio/3gpp', 'video/quicktime'],
  'video/webm': ['audio/webm'],
};

interface Sign {
  readonly at: number;
  readonly sign: string;
  readonly type: (head: Buffer) => KnownType | undefined;
}

const sign = (text: string, type: KnownType, at = 0): Sign => ({ at, sign: text, type: () => type });

const SIGNS: readonly Sign[] = [
  sign('\xff\xd8\xff', shown('image/jpeg')),
  sign('\x89PNG\r\n\x1a\n', shown('image/png')),
  sign('GIF87a', shown('image/gif')),
  sign('GIF89a', shown('image/gif')),
  { at: 0, sign: 'RIFF', type: riffType },
  { at: 4, sign: 'ftyp', type: brandType },
  { at: 0, sign: '\x1aE\xdf\xa3', type: matroskaType },
  { at: 0, sign: 'OggS', type: oggType },
  sign('ID3', shown('audio/mpeg')),
  sign('#!AMR', shown('audio/amr')),
  sign('fLaC', shown('audio/flac')),
  sign('%PDF-', saved('application/pdf')),
  sign('PK\x03\x04', saved('application/zip')),
];

const startsWith = (head: Buffer, at: number, text: string): boolean =>
  head.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1'));

function riffType(head: Buffer): KnownType | undefined {
  if (startsWith(head, 8, 'WEBP')) return shown('image/webp');
  return startsWith(head, 8, 'WAVE') ? shown('audio/wav') : undefined;
}

/** ISO base media: the brand says what is in it. */
function brandType(head: Buffer): KnownType {
  const brand = head.toString('latin1', 8, 12);
  if (['avif', 'avis'].includes(brand)) return shown('image/avif');
  if (['heic', 'heix', 'hevc', 'mif1', 'msf1'].includes(brand)) return shown('image/heic');
  if (['M4A ', 'M4B '].includes(brand)) return shown('audio/mp4');
  if (brand === 'qt  ') return shown('video/quicktime');
  return shown(brand.startsWith('3g') ? 'video/3gpp' : 'video/mp4');
}

function matroskaType(head: Buffer): KnownType {
  return head.subarray(0, 64).includes('webm') ? shown('video/webm') : saved('video/x-matroska');
}

function oggType(head: Buffer): KnownType {
  const isSound = ['OpusHead', '\x01vorbis', 'Speex   ', '\x7fFLAC'].some((text) => startsWith(head, 28, text));
  return isSound ? shown('audio/ogg') : saved('application/ogg');
}

/** Sound without a sign: the bits that each frame of MPEG begins with. */
function streamType(head: Buffer): KnownType | undefined {
  const [first, second = 0] = head;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  if ((second & 0xf6) === 0xf0) return shown('audio/aac');
  return (second & 0x06) === 0 ? undefined : shown('audio/mpeg');
}
