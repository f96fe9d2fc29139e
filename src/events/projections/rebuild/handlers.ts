import type { OperationHandler } from '../../../operations/operation.js';
import type { CopyDeps } from './copy-work.js';
import { rebuildReadModels } from './rebuild.js';
import { restoreReadModels } from './restore.js';

/** What operators may ask of a projector's process. */
export const copyHandlers = (
  deps: CopyDeps,
): Readonly<Record<'rebuild' | 'restore-read-models', OperationHandler>> => ({
  rebuild: async ({ arguments: given, signal, report }) => ({
    ...(await rebuildReadModels(deps, { isAccepted: given['accept'] === true, signal, report })),
  }),
  'restore-read-models': async ({ signal, report }) => ({ ...(await restoreReadModels(deps, { signal, report })) }),
});
