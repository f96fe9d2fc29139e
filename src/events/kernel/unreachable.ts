/** Closes a union: the compiler proves that no case is left, and a wrong cast is told at run time. */
export class UnreachableCaseError extends Error {
  constructor(value: never) {
    super(`Unreachable case: ${typeof value}`);
    this.name = 'UnreachableCaseError';
  }
}
