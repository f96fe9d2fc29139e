import { sql, type SQL } from 'drizzle-orm';

/** When a provider is asked what became of a call: after it became unknown, and each time after the last. Then nobody asks. */
export const LOOK_UP_AFTER_MS: readonly number[] = [2_000, 10_000, 60_000, 600_000, 3_600_000];

/** For `look_up_at` of a row that becomes unknown; whether its provider can be asked is told when it is due. */
export const firstLookUpAt: SQL = sql`clock_timestamp() + make_interval(secs => ${(LOOK_UP_AFTER_MS[0] ?? 0) / 1_000})`;
