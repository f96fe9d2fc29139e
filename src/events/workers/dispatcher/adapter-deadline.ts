/** An adapter ends with its signal; one that doesn't is left behind a little later. */
const ADAPTER_GRACE_MS = 1_000;

export interface AdapterDeadline {
  readonly callMs: number;
  /** Ends it before: the process stops. */
  readonly cutOff: AbortSignal;
}

/** What an adapter answers within its deadline, or `otherwise`. Never rejects. */
export async function answerWithin<Answer>(
  { callMs, cutOff }: AdapterDeadline,
  ask: (signal: AbortSignal) => Promise<Answer>,
  otherwise: Answer,
): Promise<Answer> {
  // By hand: what `AbortSignal.any` notes at a signal that lives on is never taken away.
  const deadline = new AbortController();
  const abort = () => deadline.abort();
  const timer = setTimeout(abort, callMs);
  cutOff.addEventListener('abort', abort);
  if (cutOff.aborted) abort();
  try {
    return await Promise.race([ask(deadline.signal), afterGrace(deadline.signal, otherwise)]);
  } catch {
    return otherwise;
  } finally {
    clearTimeout(timer);
    cutOff.removeEventListener('abort', abort);
  }
}

function afterGrace<Answer>(signal: AbortSignal, otherwise: Answer): Promise<Answer> {
  return new Promise((resolve) => {
    const leaveBehind = () => setTimeout(() => resolve(otherwise), ADAPTER_GRACE_MS).unref();
    if (signal.aborted) leaveBehind();
    else signal.addEventListener('abort', leaveBehind, { once: true });
  });
}
