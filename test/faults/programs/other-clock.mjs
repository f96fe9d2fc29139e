/**
 * Parley on a machine whose clock is off by OTHER_CLOCK_AHEAD_MS (may be negative), and by an hour less from SIGUSR2 on,
 * as when somebody sets it back. Time that is measured (`performance.now`, timers) goes on as on any machine.
 */
const { now } = Date;
let aheadMs = Number(process.env['OTHER_CLOCK_AHEAD_MS']);
process.on('SIGUSR2', () => (aheadMs -= 3_600_000));

globalThis.Date = class extends Date {
  constructor(...args) {
    super(...(args.length === 0 ? [now() + aheadMs] : args));
  }
  static now() {
    return now() + aheadMs;
  }
};

await import('../../../dist/main.js');
