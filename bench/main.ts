import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { readArguments } from './arguments.js';
import type { ComparedPath, Place } from './compared-path.js';
import type { Comparison } from './figures.js';
import { holdSockets } from './idle/hold-sockets.js';
import { IDLE_SOCKETS, idleTable, meetsIdle, type IdleReading } from './idle/readings.js';
import { compare, type Schedule } from './interleave.js';
import { deleteTopics, makeTopics } from './kafka/topics.js';
import { MEMORY, readingsTable, type Reading } from './memory/readings.js';
import { watchMemory } from './memory/watch-memory.js';
import { PATHS } from './paths.js';
import { providePostgres, type ProvidedPostgres } from './postgres.js';
import { startProviderServer } from './provider-server.js';
import { jsonOf, misses, tableOf, type Report } from './report.js';
import { writePage } from './write-page.js';

/** A Kafka for the time of the run. */
export interface ProvidedKafka {
  readonly brokers: string;
  stop(): Promise<void>;
}

const SHORT: Schedule = { rounds: 3, roundMs: 1_500, warmUpMs: 4_000 };
const FULL: Schedule = { rounds: 5, roundMs: 12_000, warmUpMs: 16_000 };

/** As many as a new Parley has. */
const PARTITIONS = 12;

/** On a machine that others keep busy a send may not be answered in its 5 s; what fails twice is left out, and told. */
const ATTEMPTS_MAX = 2;

/** Measures what it is asked for and says what came out. Answers the exit code. */
export async function main(given: readonly string[], provideKafka: () => Promise<ProvidedKafka>): Promise<number> {
  const asked = readArguments(given, [...PATHS.map(({ name }) => name), IDLE_SOCKETS, MEMORY]);
  if (asked === undefined) return 2;
  const isAsked = (name: string) => asked.only.length === 0 || asked.only.includes(name);
  const paths = PATHS.filter(({ name }) => isAsked(name));
  const isMemoryAsked = asked.full && isAsked(MEMORY);
  const isIdleAsked = isAsked(IDLE_SOCKETS);
  const schedule = asked.full ? FULL : SHORT;
  const { rounds, roundMs } = schedule;
  const machine = { node: process.version, cpus: cpus().length, loadBefore: loadavg()[0] ?? 0 };
  const needsPostgres = isMemoryAsked || isIdleAsked || paths.some((path) => path.needsPostgres);
  const measured = await onServers(provideKafka, needsPostgres, async (provided) => {
    const servers = { ...provided, isFull: asked.full };
    const comparisons = await compareAll(servers, paths, schedule);
    const idle = isIdleAsked ? await holdSocketsOn(servers) : undefined;
    return { paths: comparisons, idle, memory: isMemoryAsked ? await watchMemoryOn(servers) : undefined };
  });
  const report: Report = { ...machine, isFull: asked.full, rounds, roundMs, ...measured };
  if (asked.json !== undefined) await writeFile(asked.json, jsonOf(report));
  // A page that lacks a path would tell nobody.
  if (asked.write && report.paths.length === paths.length) await writePage(report);
  console.log(`\n${tableOf(report.paths)}`);
  if (report.idle) console.log(`\n${idleTable(report.idle)}`);
  if (report.memory) console.log(`\n${readingsTable(report.memory)}`);
  const hasFailed = report.paths.length < paths.length;
  const isMissed = report.paths.some(misses) || !meetsIdle(report.idle ?? []);
  return hasFailed || (asked.check && isMissed) ? 1 : 0;
}

interface Servers extends Pick<Place, 'brokers' | 'providerUrl'> {
  /** Undefined where nothing that is asked for needs it. */
  readonly postgres: ProvidedPostgres | undefined;
}

type FullServers = Servers & Pick<Place, 'isFull'>;

async function onServers<Result>(
  provideKafka: () => Promise<ProvidedKafka>,
  needsPostgres: boolean,
  work: (servers: Servers) => Promise<Result>,
): Promise<Result> {
  const kafka = await provideKafka();
  const postgres = needsPostgres ? await providePostgres() : undefined;
  const provider = await startProviderServer();
  try {
    return await work({ brokers: kafka.brokers.split(','), postgres, providerUrl: provider.url });
  } finally {
    await provider.close();
    await postgres?.stop();
    await kafka.stop();
  }
}

async function compareAll(
  servers: FullServers,
  paths: readonly ComparedPath[],
  schedule: Schedule,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const path of paths) {
    const startedAt = performance.now();
    const secondsGone = () => ((performance.now() - startedAt) / 1_000).toFixed(0);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      try {
        comparisons.push(await compareOn(servers, path, schedule));
        console.error(`${path.name}: ${path.operation} (${secondsGone()} s)`);
        break;
      } catch (error) {
        console.error(`${path.name}: attempt ${attempt} failed after ${secondsGone()} s:`, error);
      }
    }
  }
  return comparisons;
}

async function compareOn(servers: FullServers, path: ComparedPath, schedule: Schedule): Promise<Comparison> {
  const ours = await placeOn(servers, `${path.name}-ours`, path.needsPostgres);
  const floor = await placeOn(servers, `${path.name}-floor`, path.needsPostgres);
  return onTopics([ours, floor], () => compare(path, { ours, floor }, schedule));
}

async function watchMemoryOn(servers: FullServers): Promise<readonly Reading[]> {
  const place = await placeOn(servers, MEMORY, true);
  return onTopics([place], () => watchMemory(place));
}

async function holdSocketsOn(servers: FullServers): Promise<readonly IdleReading[]> {
  const place = await placeOn(servers, IDLE_SOCKETS, true);
  return onTopics([place], () => holdSockets(place));
}

async function placeOn({ postgres, ...servers }: FullServers, name: string, needsPostgres = false): Promise<Place> {
  return {
    ...servers,
    databaseUrl: (needsPostgres ? await postgres?.makeDatabase() : undefined) ?? '',
    topicPrefix: `bench-${randomBytes(4).toString('hex')}-${name}`,
    partitions: PARTITIONS,
  };
}

async function onTopics<Result>(places: readonly Place[], work: () => Promise<Result>): Promise<Result> {
  try {
    for (const place of places) await makeTopics(place);
    return await work();
  } finally {
    for (const place of places) await deleteTopics(place);
  }
}
