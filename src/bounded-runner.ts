import type { Logger } from 'pino';

/**
 * Runs what nobody waits for and is never worth a queue. Answers false where as many are under way as may be: then it
 * isn't run.
 * @param failed for the log, when it throws
 */
export function createBoundedRunner(
  logger: Logger,
  max: number,
  failed: string,
): (run: () => Promise<void>) => boolean {
  let underWay = 0;
  return (run) => {
    if (underWay >= max) return false;
    underWay += 1;
    run()
      .catch((error: unknown) => logger.debug({ reason: nameOf(error) }, failed))
      .finally(() => (underWay -= 1));
    return true;
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
