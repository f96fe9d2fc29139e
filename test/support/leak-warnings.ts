/** What Node said of too many listeners while the work was done. */
export async function leakWarningsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const said: string[] = [];
  const hear = ({ name, message }: Error) => {
    if (name === 'MaxListenersExceededWarning') said.push(message);
  };
  process.on('warning', hear);
  try {
    await work();
    // It is told a turn later.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', hear);
  }
  return said;
}
