/** The partition of a key, as the default partitioner of Kafka's Java client picks it: the same for every driver. */
export function partitionOf(key: string, partitionCount: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitionCount;
}

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** 32-bit murmur2 with Kafka's seed, as `org.apache.kafka.common.utils.Utils.murmur2`; signed. */
export function murmur2(bytes: Buffer): number {
  const { length } = bytes;
  const tail = length & ~3;
  let hash = SEED ^ length;
  for (let at = 0; at < tail; at += 4) {
    let k = Math.imul(bytes.readInt32LE(at), M);
    k = Math.imul(k ^ (k >>> R), M);
    hash = Math.imul(hash, M) ^ k;
  }
  const rest = length - tail;
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(tail, rest), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
