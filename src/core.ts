import type { Role } from './config.js';
import { stopAll, stopTogether, type Running } from './lifecycle.js';
import { greet, startApi, type Api } from './roles/api.js';
import { layFoundation, loadInstance } from './roles/foundation.js';
import { startRoleOperations } from './roles/operations.js';
import type { Keep, RoleDeps, RoleHealth } from './roles/role.js';
import { startDispatcher, startInterpreter, startProjector } from './roles/workers.js';

/** Everything that needs Postgres and the log: the roles of this process. */
export interface Core extends Running {
  /** Undefined where another process answers requests. */
  readonly api: Api | undefined;
  /** Administers the demo workspace; with the API only. */
  readonly apiKey: string | undefined;
  /** Of this process' roles, in their order. */
  readonly health: ReadonlyMap<Role, RoleHealth>;
  /** The first half of `stop`: what consumes the log. Idempotent. */
  stopWorkers(): Promise<void>;
}

/** Starts all roles of this process or nothing. @throws whatever a part could not start for, after stopping the others */
export async function startCore(deps: RoleDeps): Promise<Core> {
  const below: Running[] = [];
  const workers: Running[] = [];
  let stopped: Promise<void> | undefined;
  // At the same time: each may wait seconds for what it has begun.
  const stopWorkers = () => (stopped ??= stopTogether(workers));
  const stop = () => stopAll([...below, { stop: stopWorkers }]);
  try {
    const roles = await startRoles(deps, keepIn(below), keepIn(workers));
    return { ...roles, stopWorkers, stop };
  } catch (error) {
    await stop().catch((cleanup: unknown) => deps.logger.warn({ err: cleanup }, 'a failed start left traces'));
    throw error;
  }
}

const keepIn =
  (running: Running[]): Keep =>
  (part) => {
    running.push(part);
    return part;
  };

async function startRoles(deps: RoleDeps, keep: Keep, keepWorker: Keep): Promise<Omit<Core, 'stop' | 'stopWorkers'>> {
  const { roles } = deps.config;
  const instance = await loadInstance(deps);
  const has = (role: Role) => roles.includes(role);
  // The projector appends nothing and knows no channel.
  const foundation = roles.some((role) => role !== 'projector')
    ? await layFoundation(deps, instance, keep, keepWorker)
    : undefined;
  const api = foundation && has('api') ? await startApi(deps, foundation, keep) : undefined;
  if (roles.some((role) => role !== 'api')) deps.onStep('Starting the workers');
  const health = new Map<Role, RoleHealth>();
  if (api) health.set('api', api.health);
  if (foundation && has('interpreter')) health.set('interpreter', await startInterpreter(deps, foundation, keepWorker));
  if (has('projector')) health.set('projector', await startProjector(deps, keepWorker));
  if (foundation && has('dispatcher')) health.set('dispatcher', await startDispatcher(deps, foundation, keepWorker));
  startRoleOperations(deps, foundation, keepWorker);
  const apiKey = foundation && api ? await greet(deps, foundation, api) : undefined;
  return { api, apiKey, health };
}
