import { randomUUID } from 'node:crypto';
import { createProjector } from '../events/projections/projector.js';
import { createDispatcher } from '../events/workers/dispatcher/dispatcher.js';
import { createInterpreter } from '../events/workers/interpreter/interpreter.js';
import type { Foundation } from './foundation.js';
import { complaintsOf, type Keep, type RoleDeps, type RoleHealth } from './role.js';

export async function startInterpreter(deps: RoleDeps, foundation: Foundation, keep: Keep): Promise<RoleHealth> {
  const interpreter = keep(await createInterpreter({ ...foundation, ...deps }));
  return { complaints: () => complaintsOf(interpreter.state()), remarks: () => [] };
}

export async function startProjector(deps: RoleDeps, keep: Keep): Promise<RoleHealth> {
  const projector = keep(await createProjector(deps));
  const complaints = () => {
    const state = projector.state();
    return [
      ...complaintsOf(state),
      ...(state.needsRebuild ? ['rebuild needed: the journal holds events of a newer version'] : []),
    ];
  };
  return { complaints, remarks: () => [] };
}

/**
 * Catching up is a remark and no complaint: sends are taken meanwhile and leave later, and where several processes have
 * all roles, all of them catch up at once after an outage; nobody would be left to answer.
 */
export async function startDispatcher(deps: RoleDeps, foundation: Foundation, keep: Keep): Promise<RoleHealth> {
  const dispatcher = keep(await createDispatcher({ ...foundation, ...deps, newLeaseToken: randomUUID }));
  const remarks = () =>
    dispatcher.state().isCaughtUp ? [] : ['catches up with the log: nothing is sent before it has'];
  return { complaints: () => complaintsOf(dispatcher.state()), remarks };
}
