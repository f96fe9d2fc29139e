import { z } from 'zod';
import { parseJson } from '../parse-json.js';
import type { Interpretation } from '../provider.js';

const batch = z.object({ object: z.string(), entry: z.array(z.unknown()).min(1) });
const entry = z.object({
  /** The account that it is about: a page, an Instagram account, a WhatsApp business account. */
  id: z.union([z.string(), z.int().transform(String)]),
  changes: z.array(z.unknown()).optional(),
  messaging: z.array(z.unknown()).optional(),
  standby: z.array(z.unknown()).optional(),
});
const change = z.object({ field: z.string(), value: z.unknown().optional() });

export type GraphEntry = z.infer<typeof entry>;
/** What happened to a field of an object that the app is subscribed to. */
export type GraphChange = z.infer<typeof change>;

const KIND_LENGTH_MAX = 100;

export const uninterpreted = (reason: string): Interpretation => ({ kind: 'uninterpreted', reason });
export const ignored = (reason: string): Interpretation => ({ kind: 'ignored', reason });
/** A word of the provider's, fit for a reason. */
export const cut = (word: string): string => word.slice(0, KIND_LENGTH_MAX);

/**
 * Reads a webhook of Meta's, which may hold several entries: one that isn't understood spoils no other. Pure, and never
 * throws on any bytes.
 *
 * @param object which product it must be of
 */
export const interpretEntries = (
  body: Buffer,
  object: string,
  interpretEntry: (said: GraphEntry) => readonly Interpretation[],
): readonly Interpretation[] => interpretParsedEntries(parseJson(body), object, interpretEntry);

/** The same of what was parsed already. */
export function interpretParsedEntries(
  json: unknown,
  object: string,
  interpretEntry: (said: GraphEntry) => readonly Interpretation[],
): readonly Interpretation[] {
  const read = batch.safeParse(json);
  if (!read.success) return [uninterpreted('Not a webhook of Meta.')];
  if (read.data.object !== object) return [uninterpreted(`Of another product: ${cut(read.data.object)}.`)];
  return read.data.entry.flatMap((one) => {
    const said = entry.safeParse(one);
    return said.success ? orNothing(interpretEntry(said.data)) : [uninterpreted('An entry of another form.')];
  });
}

const orNothing = (said: readonly Interpretation[]): readonly Interpretation[] =>
  said.length > 0 ? said : [uninterpreted('An entry that says nothing.')];

/** Each change of an entry, one after another. */
export function interpretChanges(
  { changes = [] }: Pick<GraphEntry, 'changes'>,
  interpretChange: (said: GraphChange) => readonly Interpretation[],
): readonly Interpretation[] {
  return changes.flatMap((one) => {
    const said = change.safeParse(one);
    return said.success ? interpretChange(said.data) : [uninterpreted('A change of another form.')];
  });
}
