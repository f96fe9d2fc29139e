import { systemClock } from '../../../../src/events/kernel/clock.js';
import { rebuildReadModels, type RebuildResult } from '../../../../src/events/projections/rebuild/rebuild.js';
import { restoreReadModels, type RestoreResult } from '../../../../src/events/projections/rebuild/restore.js';
import type { OperationProgress } from '../../../../src/operations/operation.js';
import { openProjectorRig, type ProjectorRig } from '../projector-rig.js';
import { story } from '../story.js';

export interface RebuildOptions {
  readonly isAccepted?: boolean;
  readonly signal?: AbortSignal;
  readonly report?: (progress: OperationProgress) => void;
}

/** A projector's rig, in which the read models can be rebuilt beside it. */
export interface RebuildRig extends ProjectorRig {
  /** Resolves when a projector has folded so many stories (`story(1)` and on), nine events each. */
  project(count: number): ReturnType<ProjectorRig['startProjector']>;
  rebuild(options?: RebuildOptions): Promise<RebuildResult>;
  restore(): Promise<RestoreResult>;
  /** The schemas that hold copies, in alphabetical order. */
  copies(): Promise<readonly string[]>;
  /** Every table, column, constraint and index of a copy by its name. */
  structure(schema: string): Promise<readonly string[]>;
}

export async function openRebuildRig(): Promise<RebuildRig> {
  const rig = await openProjectorRig();
  const never = new AbortController().signal;
  const silent = () => undefined;
  const deps = { ...rig, clock: systemClock };
  return {
    ...rig,
    rebuild: ({ isAccepted = false, signal = never, report = silent } = {}) =>
      rebuildReadModels(deps, { isAccepted, signal, report }),
    async project(count) {
      const projector = await rig.startProjector();
      await rig.append(...Array.from({ length: count }, (_, n) => story(n + 1)).flat());
      await rig.caughtUp();
      return projector;
    },
    restore: () => restoreReadModels(deps, { signal: never, report: silent }),
    async copies() {
      const found = await rig.rows<{ name: string }>(
        `select nspname as name from pg_namespace where nspname like 'read%' order by 1`,
      );
      return found.map(({ name }) => name);
    },
    async structure(schema) {
      const found = await rig.rows<{ line: string }>(STRUCTURE, [schema]);
      return found.map(({ line }) => line);
    },
  };
}

const STRUCTURE = `
  select format('column %s.%s %s %s %s %s', table_name, column_name, ordinal_position, udt_name, is_nullable, column_default) as line
  from information_schema.columns where table_schema = $1
  union all
  select format('index %s %s', indexname, replace(indexdef, $1 || '.', '')) from pg_indexes where schemaname = $1
  union all
  select format('constraint %s %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
  from pg_constraint k join pg_class c on c.oid = k.conrelid where c.relnamespace = $1::regnamespace
  order by 1`;
