const FILENAME_LENGTH_MAX = 200;

/**
 * `Content-Disposition` of RFC 6266: shown in place, or saved under its name. Whoever sent the file chose the name, so
 * nothing of it stands there but what can't end a header or name a folder.
 */
export function dispositionOf(isShown: boolean, filename: string | undefined): string {
  const kind = isShown ? 'inline' : 'attachment';
  const name = [...(filename ?? '').replace(/[\p{C}/\\]/gu, '_')].slice(0, FILENAME_LENGTH_MAX).join('');
  if (name === '') return kind;
  const plain = name.replace(/[^\x20-\x7e]|["%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
