/** What a command's pure part answers: it may go on, or it is refused with reasons. A refusal is a value, never thrown. */
export type Decision<Value, Refusal> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusals: readonly Refusal[] };

export const accepted = <Value>(value: Value): Decision<Value, never> => ({ ok: true, value });
export const refused = <Refusal>(...refusals: readonly Refusal[]): Decision<never, Refusal> => ({
  ok: false,
  refusals,
});
