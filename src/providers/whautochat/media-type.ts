import type { Media } from '../../events/message/content.js';

/** By what stands behind the last dot of a name. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif' },
  ...{ mp4: 'video/mp4', '3gp': 'video/3gpp', mov: 'video/quicktime', webm: 'video/webm' },
  ...{ mp3: 'audio/mpeg', m4a: 'audio/mp4', aac: 'audio/aac', amr: 'audio/amr', ogg: 'audio/ogg', wav: 'audio/wav' },
  ...{ pdf: 'application/pdf', txt: 'text/plain', csv: 'text/csv', zip: 'application/zip', doc: 'application/msword' },
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  ...{ xls: 'application/vnd.ms-excel', ppt: 'application/vnd.ms-powerpoint' },
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

/** WhautoChat must be told a file's type: as it was given, else as its name says, else what it most likely is. */
export function mediaTypeOf({ contentType, filename, url }: Media, kind: 'image' | 'file'): string {
  const named = contentType ?? typeIn(filename) ?? typeIn(pathOf(url));
  return named ?? (kind === 'image' ? 'image/jpeg' : 'application/octet-stream');
}

function typeIn(name = ''): string | undefined {
  const [, extension = ''] = /\.(\w{2,5})$/.exec(name) ?? [];
  const lower = extension.toLowerCase();
  return Object.hasOwn(TYPES, lower) ? TYPES[lower] : undefined;
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : '');
