import type { Clock } from '../events/kernel/clock.js';
import type { Moment } from '../events/queries/finders.js';
import type { RequestContext } from './context.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What an object's other fields are read through. A request's context is the view of now. */
export interface View {
  readonly loaders: Loaders;
  readonly clock: Clock;
}

/** A moment is made for one request, and with it its view. */
const known = new WeakMap<Moment, View>();

/** Everything as it stood at a moment, through loaders of that moment's own; undefined: as it is now. */
export function viewOf(moment: Moment | undefined, context: RequestContext): View {
  if (moment === undefined) return context;
  const view = known.get(moment) ?? createView(moment, context);
  known.set(moment, view);
  return view;
}

function createView(moment: Moment, { finders, caller }: RequestContext): View {
  return {
    loaders: createLoaders({ ...finders, ...finders.asOf(moment) }, caller.workspaceId),
    clock: { now: () => moment.at },
  };
}
