import { randomBytes } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { readArguments } from './arguments.js';
import { SIDES, type ComparedPath, type Place } from './compared-path.js';
import { figuresOf, judge, type Comparison } from './figures.js';
import { compare, type Schedule } from './interleave.js';
import { deleteTopics, makeTopics } from './kafka/topics.js';
import { PATHS } from './paths.js';
import { providePostgres, type ProvidedPostgres } from './postgres.js';
import { startProviderServer } from './provider-server.js';
import { jsonOf, tableOf } from './report.js';

/** A Kafka for the time of the run. */
export interface ProvidedKafka {
  readonly brokers: string;
  stop(): Promise<void>;
}

const SHORT: Schedule = { rounds: 3, roundMs: 4_000, warmUpMs: 8_000 };
const FULL: Schedule = { rounds: 5, roundMs: 12_000, warmUpMs: 8_000 };

/** As many as a new Parley has. */
const PARTITIONS = 12;

/** Measures what it is asked for and says what came out. Answers the exit code. */
export async function main(given: readonly string[], provideKafka: () => Promise<ProvidedKafka>): Promise<number> {
  const asked = readArguments(
    given,
    PATHS.map((path) => path.name),
  );
  if (asked === undefined) return 2;
  const paths = PATHS.filter((path) => asked.only.length === 0 || asked.only.includes(path.name));
  const machine = { node: process.version, cpus: cpus().length, loadBefore: loadavg()[0] };
  const kafka = await provideKafka();
  const postgres = paths.some(({ needsPostgres }) => needsPostgres) ? await providePostgres() : undefined;
  const provider = await startProviderServer();
  const servers = { brokers: kafka.brokers.split(','), postgres, providerUrl: provider.url };
  const comparisons: Comparison[] = [];
  try {
    for (const path of paths) {
      console.error(`${path.name}: ${path.operation} …`);
      comparisons.push(await compareOn(servers, path, asked.full ? FULL : SHORT));
    }
  } finally {
    await provider.close();
    await postgres?.stop();
    await kafka.stop();
  }
  if (asked.json) console.log(JSON.stringify({ ...machine, paths: comparisons.map(jsonOf) }, null, 2));
  else console.log(`\n${tableOf(comparisons)}`);
  return asked.check && comparisons.some(misses) ? 1 : 0;
}

interface Servers extends Pick<Place, 'brokers' | 'providerUrl'> {
  /** Undefined where nothing that is asked for needs it. */
  readonly postgres: ProvidedPostgres | undefined;
}

async function compareOn(servers: Servers, path: ComparedPath, schedule: Schedule): Promise<Comparison> {
  const { postgres, ...place } = servers;
  const run = randomBytes(4).toString('hex');
  const placeOf = async (side: string): Promise<Place> => ({
    ...place,
    databaseUrl: (path.needsPostgres ? await postgres?.makeDatabase() : undefined) ?? '',
    topicPrefix: `bench-${run}-${path.name}-${side}`,
    partitions: PARTITIONS,
  });
  const places = { ours: await placeOf('ours'), floor: await placeOf('floor') };
  try {
    for (const side of SIDES) await makeTopics(places[side]);
    return await compare(path, places, schedule);
  } finally {
    for (const side of SIDES) await deleteTopics(places[side]);
  }
}

const misses = ({ path, rounds }: Comparison): boolean =>
  !judge(path.target, figuresOf(rounds.ours), figuresOf(rounds.floor)).isMet;
