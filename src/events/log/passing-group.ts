import { randomUUID } from 'node:crypto';

/** A consumer group for one reading alone: nobody shares the partitions with it, and nobody comes back to it. */
export const passingGroup = (purpose: 'reader' | 'rebuild'): string => `${purpose}-${randomUUID()}`;

/**
 * Whoever watches consumers passes over such a group: it would leave a series of figures behind each time, and a span in
 * an old trace for each record of the past.
 */
export const isPassing = (group: string): boolean => /-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(group);
