import { createHash } from 'node:crypto';

/**
 * A place in the journal: for each partition the offset of the next event not yet seen (design §7).
 * `vector[p] === n` means that everything in partition `p` below `n` was emitted or passed over.
 */
export type Vector = readonly bigint[];

const FORMAT_VERSION = 1;
const LOG_TAG_BYTES = 6;
/** 12 partitions of a young log take about 30 characters; 1,024 bytes hold 100 partitions of the largest offsets. */
const CURSOR_LENGTH_MAX = 1_400;

/** Turns vectors of one log into opaque strings and back. */
export interface CursorCodec {
  encode(vector: Vector): string;
  /** Undefined for anything that isn't a cursor of this log with this many partitions. */
  decode(text: string): Vector | undefined;
}

/** @param logId names the log; a cursor of another log is refused. */
export function createCursorCodec(logId: string, partitionCount: number): CursorCodec {
  const tag = createHash('sha256').update(logId).digest().subarray(0, LOG_TAG_BYTES);
  return {
    encode(vector) {
      if (vector.length !== partitionCount) throw new RangeError('A cursor names every partition.');
      return Buffer.from([FORMAT_VERSION, ...tag, ...vector.flatMap(varint)]).toString('base64url');
    },
    decode(text) {
      if (text.length > CURSOR_LENGTH_MAX || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.toString('base64url') !== text || bytes[0] !== FORMAT_VERSION) return undefined;
      if (!bytes.subarray(1, 1 + LOG_TAG_BYTES).equals(tag)) return undefined;
      const vector = readVarints(bytes.subarray(1 + LOG_TAG_BYTES));
      return vector?.length === partitionCount ? vector : undefined;
    },
  };
}

export const originVector = (partitionCount: number): Vector => new Array<bigint>(partitionCount).fill(0n);

/** The later of the two in each partition. */
export const mergeVectors = (a: Vector, b: Vector): Vector =>
  a.map((offset, partition) => {
    const other = b[partition] ?? 0n;
    return other > offset ? other : offset;
  });

/** Whether everything that `goal` has seen was seen here too. */
export const hasPassed = (vector: Vector, goal: Vector): boolean =>
  goal.every((offset, partition) => (vector[partition] ?? 0n) >= offset);

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

function readVarints(bytes: Uint8Array): bigint[] | undefined {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift = byte & 128 ? shift + 7n : 0n;
    if (shift > 63n || value > 0x7fffffffffffffffn) return undefined;
    if (shift === 0n) {
      values.push(value);
      value = 0n;
    }
  }
  return shift === 0n ? values : undefined;
}
