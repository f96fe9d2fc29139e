import type { Meaning } from '../failures.js';

/** Meta's codes, as Bird hands them on in `failure.source.code`. */
const MEANINGS: readonly (readonly [Meaning['code'], isRetryable: boolean, codes: readonly number[]])[] = [
  ['CREDENTIALS_INVALID', false, [190, 131_045, 133_010]],
  ['PROVIDER_UNAVAILABLE', true, [1, 2, 131_000, 131_016, 131_057, 133_004]],
  ['RATE_LIMITED', true, [4, 613, 80_007, 130_429, 131_048, 131_056, 131_064, 132_069, 133_016]],
  ['CONTENT_REJECTED', false, [33, 100, 131_008, 131_009, 131_051]],
  ['POLICY', false, [368, 130_472, 130_497, 131_031, 131_037, 131_063, 132_068]],
  // Withheld for now, for a day or more.
  ['POLICY', true, [131_049]],
  ['RECIPIENT_INVALID', false, [131_021, 131_030, 131_062, 137_000]],
  ['RECIPIENT_UNREACHABLE', false, [131_026]],
  ['RECIPIENT_OPTED_OUT', false, [131_050]],
  ['BILLING', false, [131_042, 131_044]],
  ['SERVICE_WINDOW_CLOSED', false, [131_047]],
  ['MEDIA_FAILED', true, [131_052, 131_053]],
  ['TEMPLATE_INVALID', false, [132_000, 132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016]],
  ['UNKNOWN', true, [135_000]],
];

const BY_CODE: ReadonlyMap<number, Meaning> = new Map(
  MEANINGS.flatMap(([code, isRetryable, numbers]) => numbers.map((number) => [number, { code, isRetryable }] as const)),
);

/** Undefined: a code that isn't known. */
export const meaningOnWhatsApp = (code: number): Meaning | undefined => BY_CODE.get(code);
