import { describe, it } from 'vitest';

/** What `PARLEY_REQUIRE` names: where it is missing, tests fail instead of being skipped. */
const required: readonly string[] = (process.env['PARLEY_REQUIRE'] ?? '').split(',');

/**
 * Tests that need something of the machine that Node can't bring, such as `python`. Where it is missing (`why`, for
 * people) they are skipped, which the run says aloud, unless it is required.
 */
export function describeWhere(need: string, why: string | undefined, name: string, tests: () => void): void {
  if (why === undefined) {
    describe(name, tests);
    return;
  }
  if (required.includes(need)) {
    it(name, () => {
      throw new Error(`PARLEY_REQUIRE names ${need}, and it is missing: ${why}.`);
    });
    return;
  }
  console.warn(`\n*** Skipped: ${name} (${why}). ***\n`);
  describe.skip(`${name} (skipped: ${why})`, tests);
}
