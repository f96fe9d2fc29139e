import type { Media } from '../../events/message/content.js';

export const IMAGE_TYPES: readonly string[] = ['image/jpeg', 'image/png'];
export const FILE_TYPES: readonly string[] = [
  ...['audio/aac', 'audio/ogg', 'audio/mp4', 'audio/amr', 'audio/mpeg'],
  ...['application/pdf', 'application/vnd.ms-excel', 'video/mp4', 'video/3gpp'],
];

/** Botmaker has a name of its own for it. */
const SPELLED: Readonly<Record<string, string>> = { 'application/vnd.ms-excel': 'file/vnd.ms-excel' };

const BY_EXTENSION: Readonly<Record<string, string>> = {
  ...{ jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png' },
  ...{ aac: 'audio/aac', ogg: 'audio/ogg', oga: 'audio/ogg', m4a: 'audio/mp4', amr: 'audio/amr', mp3: 'audio/mpeg' },
  ...{ pdf: 'application/pdf', xls: 'application/vnd.ms-excel', mp4: 'video/mp4', '3gp': 'video/3gpp' },
};

/** Botmaker takes a file by a type of its list; undefined: neither its type nor its name says one. */
export function mimeTypeOf({ contentType, filename, url }: Media): string | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? typeByName(filename) ?? typeByName(pathOf(url));
  if (type === undefined || ![...IMAGE_TYPES, ...FILE_TYPES].includes(type)) return undefined;
  return SPELLED[type] ?? type;
}

function typeByName(name = ''): string | undefined {
  const extension = /\.(\w{1,5})$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined;
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : '');
