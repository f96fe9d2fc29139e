import { sql, type SQL } from 'drizzle-orm';
import type { Vector } from '../kernel/cursor.js';

/** A vector as rows (partition, offset), to be named and joined. */
export const vectorRows = (vector: Vector): SQL =>
  sql`unnest(${sql.param(vector.map((_, partition) => partition))}::int[], ${sql.param(vector.map(String))}::bigint[])`;
