/** An error as the Graph API answers it. */
export const errorOf = (code: number, subcode?: number, status = 400) => ({
  status,
  body: JSON.stringify({
    error: { ...{ message: `(#${code})`, type: 'OAuthException', code, fbtrace_id: 'B1' }, error_subcode: subcode },
  }),
});

/** Answers that all mean the same. */
export const refused = (code: string, ...errors: readonly ReturnType<typeof errorOf>[]) =>
  errors.map((answer) => ({ answer, code }));
