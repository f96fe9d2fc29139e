import { randomUUID } from 'node:crypto';
import { createProjector } from '../events/projections/projector.js';
import { startCopyExpiry } from '../events/projections/rebuild/expiry.js';
import { createDispatcher } from '../events/workers/dispatcher/dispatcher.js';
import { createInterpreter } from '../events/workers/interpreter/interpreter.js';
import { keepCredentials } from '../providers/credential-keeper.js';
import { flag, type Reading } from '../telemetry/readings.js';
import type { Foundation } from './foundation.js';
import { complaintsOf, stoppedReading, type Keep, type RoleDeps, type RoleHealth } from './role.js';

export async function startInterpreter(deps: RoleDeps, foundation: Foundation, keep: Keep): Promise<RoleHealth> {
  const interpreter = keep(await createInterpreter({ ...foundation, ...deps }));
  return {
    complaints: () => complaintsOf(interpreter.state()),
    remarks: () => [],
    readings: () => [stoppedReading('interpreter', interpreter.state())],
  };
}

export async function startProjector(deps: RoleDeps, keep: Keep): Promise<RoleHealth> {
  const onProjected = (delayMs: number) => deps.meter.projected(delayMs / 1_000);
  const projector = keep(await createProjector({ ...deps, onProjected }));
  keep(startCopyExpiry(deps));
  const complaints = () => {
    const state = projector.state();
    return [
      ...complaintsOf(state),
      ...(state.needsRebuild ? ['rebuild needed: the journal holds events of a newer version'] : []),
    ];
  };
  const readings = (): readonly Reading[] => {
    const state = projector.state();
    return [stoppedReading('projector', state), { metric: 'parley_rebuild_needed', value: flag(state.needsRebuild) }];
  };
  return { complaints, remarks: () => [], readings };
}

/**
 * Catching up is a remark and no complaint: sends are taken meanwhile and leave later, and where several processes have
 * all roles, all of them catch up at once after an outage; nobody would be left to answer.
 */
export async function startDispatcher(deps: RoleDeps, foundation: Foundation, keep: Keep): Promise<RoleHealth> {
  const dispatcher = keep(await createDispatcher({ ...foundation, ...deps, newLeaseToken: randomUUID }));
  keep(keepCredentials({ ...foundation, ...deps }));
  const remarks = () =>
    dispatcher.state().isCaughtUp ? [] : ['catches up with the log: nothing is sent before it has'];
  const readings = (): readonly Reading[] => {
    const state = dispatcher.state();
    return [
      stoppedReading('dispatcher', state),
      { metric: 'parley_dispatcher_caught_up', value: flag(state.isCaughtUp) },
      { metric: 'parley_dispatcher_calls_under_way', value: state.callsUnderWay },
      ...state.breakers.map(({ channelId, isOpen }): Reading => {
        return { metric: 'parley_breaker_open', labels: { channel_id: channelId }, value: flag(isOpen) };
      }),
    ];
  };
  return { complaints: () => complaintsOf(dispatcher.state()), remarks, readings };
}
