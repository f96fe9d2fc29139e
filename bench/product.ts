import type * as codec from '../src/events/codec.js';
import type * as kafkaDriver from '../src/events/log/kafka/open-kafka-log.js';
import type * as partitioner from '../src/events/log/partitioner.js';

/** What is measured is what runs: the build in `dist`, whose own folder `bench` this file is run from. */
const fromBuild = async (path: string): Promise<unknown> => import(new URL(`../${path}`, import.meta.url).href);

export const { toRecord } = (await fromBuild('events/codec.js')) as typeof codec;
export const { openKafkaLog } = (await fromBuild('events/log/kafka/open-kafka-log.js')) as typeof kafkaDriver;
export const { partitionOf } = (await fromBuild('events/log/partitioner.js')) as typeof partitioner;
