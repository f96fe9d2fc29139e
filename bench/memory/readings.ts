/** What it is called among the paths; it takes most of an hour. */
export const MEMORY = 'memory';

/** How much a process held after so many messages. */
export interface Reading {
  readonly messages: number;
  /** As the operating system sees it. */
  readonly rssMiB: number;
  /** After a collection. */
  readonly heapMiB: number;
  readonly externalMiB: number;
}

/** For people. */
export function readingsTable(readings: readonly Reading[]): string {
  const head = ['messages', 'RSS MiB', 'heap MiB', 'external MiB'].join('  ');
  const lines = readings.map(({ messages, rssMiB, heapMiB, externalMiB }) =>
    [
      String(messages).padStart(8),
      rssMiB.toFixed(0).padStart(7),
      heapMiB.toFixed(1).padStart(8),
      externalMiB.toFixed(1).padStart(12),
    ].join('  '),
  );
  return [head, ...lines].join('\n');
}
