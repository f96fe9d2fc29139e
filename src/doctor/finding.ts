/** What a look at an installation came to: data, without content, addresses or secrets. */
export type Finding =
  | { readonly severity: 'ok'; readonly code: string; readonly message: string }
  /** Worth knowing; nothing has to be done. */
  | { readonly severity: 'remark'; readonly code: string; readonly message: string; readonly remedy?: string }
  /** Something is wrong, or will be; the remedy is the command or the setting. */
  | { readonly severity: 'problem'; readonly code: string; readonly message: string; readonly remedy: string };

export const ok = (code: string, message: string): Finding => ({ severity: 'ok', code, message });

export const remark = (code: string, message: string, remedy?: string): Finding => ({
  ...{ severity: 'remark', code, message },
  ...(remedy === undefined ? {} : { remedy }),
});

export const problem = (code: string, message: string, remedy: string): Finding => ({
  severity: 'problem',
  code,
  message,
  remedy,
});

/** `1 event`, `12,000 events` */
export const counted = (count: number | bigint, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 || count === 1n ? one : many}`;
