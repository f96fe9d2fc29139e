import type { ComparedPath } from './compared-path.js';
import { DISPATCH_PATHS } from './dispatch/paths.js';
import { HTTP_PATHS } from './http/paths.js';
import { LOG_PATHS } from './kafka/paths.js';
import { LIVE_PATHS } from './live/paths.js';
import { PROJECTION_PATHS } from './project/paths.js';
import { READ_PATHS } from './read/paths.js';
import { WEBHOOK_PATHS } from './webhooks/paths.js';

/** Everything that is measured, in this order. */
export const PATHS: readonly ComparedPath[] = [
  ...LOG_PATHS,
  ...HTTP_PATHS,
  ...WEBHOOK_PATHS,
  ...PROJECTION_PATHS,
  ...READ_PATHS,
  ...DISPATCH_PATHS,
  ...LIVE_PATHS,
];
