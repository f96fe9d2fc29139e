/** What it is called among the paths. */
export const IDLE_SOCKETS = 'idle-sockets';

/** What a process of the API may take for ten thousand of them, itself included. */
export const IDLE_RSS_MAX_MIB = 500;

/** How much a process of the API held while so many were connected and nothing happened. */
export interface IdleReading {
  readonly sockets: number;
  readonly subscriptions: number;
  /** As the operating system sees it, at its highest since the process began. */
  readonly peakRssMiB: number;
  readonly rssMiB: number;
  /** As it is, whatever waits to be collected. */
  readonly heapMiB: number;
  readonly externalMiB: number;
  /** CPU time per time, while nothing happens: 0.01 is a hundredth of a core. */
  readonly cores: number;
}

export const meetsIdle = (readings: readonly IdleReading[]): boolean =>
  readings.every(({ rssMiB }) => rssMiB <= IDLE_RSS_MAX_MIB);

export const IDLE_HEADINGS = ['sockets', 'subscriptions', 'RSS MiB', 'peak MiB', 'heap MiB', 'external MiB', 'cores'];

export const idleRow = (reading: IdleReading): readonly string[] => [
  ...[String(reading.sockets), String(reading.subscriptions), reading.rssMiB.toFixed(0), reading.peakRssMiB.toFixed(0)],
  ...[reading.heapMiB.toFixed(0), reading.externalMiB.toFixed(0), reading.cores.toFixed(3)],
];

/** For people. */
export function idleTable(readings: readonly IdleReading[]): string {
  const rows = [IDLE_HEADINGS, ...readings.map(idleRow)];
  const lines = rows.map((row) => row.map((cell, at) => cell.padStart(IDLE_HEADINGS[at]?.length ?? 0)).join('  '));
  const verdict = `${IDLE_SOCKETS}: RSS ≤ ${IDLE_RSS_MAX_MIB} MiB ${meetsIdle(readings) ? 'met' : 'MISSED'}`;
  return [...lines, verdict].join('\n');
}
