/** What Node warns of from here on (a leak of listeners, for one) by name; `stop` ends it. */
export function collectWarnings(): { readonly names: readonly string[]; stop(): void } {
  const names: string[] = [];
  const onWarning = ({ name }: Error) => void names.push(name);
  process.on('warning', onWarning);
  return { names, stop: () => void process.off('warning', onWarning) };
}
