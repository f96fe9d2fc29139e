/** A provider's clock may run ahead; what happened is never later than that we heard of it. */
export function timesOf(facts: { readonly occurredAt: string }, now: Date) {
  const occurred = new Date(Math.min(new Date(facts.occurredAt).getTime(), now.getTime()));
  return { occurredAt: occurred.toISOString(), recordedAt: now.toISOString() };
}
