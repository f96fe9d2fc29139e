/** What `/metrics` says, as a test asks for it. */
export interface Scrape {
  readonly text: string;
  /** Of the one series whose labels include these; undefined: absent. @throws when several do */
  value(metric: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

export async function scrape(url: string): Promise<Scrape> {
  const answer = await fetch(`${url}/metrics`);
  if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}.`);
  const text = await answer.text();
  return {
    text,
    value(metric, labels = {}) {
      const lines = text.split('\n').filter((line) => line.startsWith(`${metric} `) || line.startsWith(`${metric}{`));
      const found = lines.filter((line) =>
        Object.entries(labels).every(([name, value]) => line.includes(`${name}="${value}"`)),
      );
      if (found.length > 1) throw new Error(`Several series of ${metric}:\n${found.join('\n')}`);
      return found[0] === undefined ? undefined : Number(found[0].slice(found[0].lastIndexOf(' ') + 1));
    },
  };
}
