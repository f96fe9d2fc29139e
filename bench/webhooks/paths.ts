import type { ComparedPath } from '../compared-path.js';
import { interpretBodies, interpretOfSize, parseBodies } from './interpret.js';
import { signByHand, verifySignatures } from './signature.js';

const LARGE_KIB = 1_024;
const SMALL_KIB = 16;

/** What a provider's webhook costs by itself, without server, log and database. */
export const WEBHOOK_PATHS: readonly ComparedPath[] = [
  {
    name: 'interpret',
    operation: "a webhook of all providers' everyday mix until it is interpreted, against JSON.parse of the same bytes",
    // CPU at most 5 times the floor's.
    target: { figure: 'cpu', ratioMin: 0.2 },
    open: { ours: interpretBodies, floor: parseBodies },
  },
  {
    name: 'interpret-large',
    operation: `a KiB of webhooks that are as large as one may be (${LARGE_KIB} KiB), against one of ${SMALL_KIB} KiB`,
    // What grows faster than its size would be far beyond 1.5 times.
    target: { figure: 'cpu', ratioMin: 0.67 },
    open: { ours: () => interpretOfSize(LARGE_KIB), floor: () => interpretOfSize(SMALL_KIB) },
  },
  {
    name: 'signature',
    operation: 'a webhook of those who sign until its signature is verified, against the bare HMAC of the same bytes',
    // CPU at most 1.5 times the floor's.
    target: { figure: 'cpu', ratioMin: 0.667 },
    open: { ours: verifySignatures, floor: signByHand },
  },
];
