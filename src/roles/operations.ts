import { copyHandlers } from '../events/projections/rebuild/handlers.js';
import { createReinterpret } from '../events/workers/interpreter/history/reinterpret.js';
import { createRedrive } from '../events/workers/redrive/redrive.js';
import type { OperationHandler, OperationKind } from '../operations/operation.js';
import { startOperations } from '../operations/runner.js';
import type { Foundation } from './foundation.js';
import type { Keep, RoleDeps } from './role.js';

type Handlers = Partial<Record<OperationKind, OperationHandler>>;

/** Long work that operators ask for is done by the process whose role it concerns. */
export function startRoleOperations(deps: RoleDeps, foundation: Foundation | undefined, keep: Keep): void {
  const handlers = handlersOf(deps, foundation);
  if (Object.keys(handlers).length === 0) return;
  keep(startOperations({ database: deps.database, logger: deps.logger, handlers }));
}

/** By role. */
function handlersOf(deps: RoleDeps, foundation: Foundation | undefined): Handlers {
  const { roles } = deps.config;
  return {
    ...(roles.includes('projector') && copyHandlers(deps)),
    ...(foundation && roles.includes('interpreter') && interpreterHandlers({ ...foundation, ...deps })),
  };
}

const interpreterHandlers = (deps: RoleDeps & Foundation): Handlers => ({
  reinterpret: createReinterpret(deps),
  // Of all consumers: it needs the log and Postgres, and this role knows the adapters as well.
  redrive: createRedrive(deps),
});
