/** The keys that secrets at rest may be sealed under. */
export interface Keyring {
  /** What is sealed from now on, is sealed under it: 32 bytes. */
  current(): Buffer;
  /** Those that open too: the one from before, while something may still be sealed under it. */
  others(): readonly Buffer[];
  /** The first of all of them that fits. */
  find(fits: (key: Buffer) => boolean): Buffer | undefined;
}

/** Keys that don't change while the process lives. */
export const fixedKeyring = (current: Buffer, ...others: readonly Buffer[]): Keyring => ({
  current: () => current,
  others: () => others,
  find: (fits) => [current, ...others].find(fits),
});
