/** What a terminal obeys instead of showing it, and what would turn the rest of the line around. */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text as it may stand on a terminal, on one line: whoever wrote it, it moves no cursor and hides nothing. */
export const printable = (text: string): string => text.replace(OBEYED, '\ufffd');

/** JSON spells control characters out by itself, but leaves those above U+007F as they are. */
export const jsonLine = (value: unknown): string =>
  `${JSON.stringify(value).replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;

/** Rows in columns, as wide as each needs; the last one is left as it is. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
