import { fileURLToPath } from 'node:url';
import { ROLES, type Role } from '../../src/config.js';
import {
  reservePort,
  startParley,
  type FaultSignal,
  type ParleyOptions,
  type ParleyProcess,
} from '../support/parley-process.js';

export interface StartRoleOptions {
  /** Whether to wait until it is ready, or only until it listens. Default true. */
  readonly untilReady?: boolean;
  /** Which of the role's processes; default 0. One more than there are is one more process. */
  readonly index?: number;
  /** The name of a program out of `programs/` that is Parley with something exchanged. Default: Parley itself. */
  readonly program?: string;
  /** Settings of this process alone. */
  readonly env?: Readonly<Record<string, string>>;
}

export type StartSomeOptions = Omit<StartRoleOptions, 'index'>;

/** The processes of a rig: on the embedded log one with every role, on Kafka each with one role. */
export interface RigProcesses {
  /** Starts all of them at once. */
  start(options?: StartSomeOptions): Promise<void>;
  /** What was started last in that place, whether or not it still runs. */
  process(role: Role, index?: number): ParleyProcess;
  /** How many were started of a role, killed ones included. */
  count(role: Role): number;
  /** Without an index all of that role. Default SIGKILL. */
  kill(role: Role | 'all', signal?: FaultSignal, index?: number): Promise<void>;
  startRole(role: Role, options?: StartRoleOptions): Promise<ParleyProcess>;
  /** Starts again, at once, those of a role that don't run. */
  startMissing(role: Role | 'all', options?: StartSomeOptions): Promise<void>;
  /** Everything they printed, for a failed test. */
  output(): string;
  close(): Promise<void>;
}

export interface RigProcessesOptions {
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** Undefined: one process with every role, on the embedded log. */
  readonly perRole: Readonly<Record<Role, number>> | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** What one of them is started with, whenever it is. */
  readonly startWith?: ((role: Role, index: number) => StartSomeOptions) | undefined;
}

const programOf = (name: string) => fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url));

/** Where a process stands: on the embedded log every role is in the same place. */
const placeOf = (role: Role, index: number, isSplit: boolean) => (isSplit ? `${role} ${index}` : 'all');

export async function createRigProcesses(options: RigProcessesOptions): Promise<RigProcesses> {
  const { perRole } = options;
  const isSplit = perRole !== undefined;
  const started = new Map<string, ParleyProcess>();
  const closing = new AbortController();
  const ports = createPorts();
  const publicUrl = `http://127.0.0.1:${await ports(placeOf('api', 0, isSplit))}`;

  const startRole = async (role: Role, { index = 0, ...asked }: StartRoleOptions = {}) => {
    const { untilReady = true, ...more } = { ...options.startWith?.(role, index), ...asked };
    const place = placeOf(role, index, isSplit);
    if (started.get(place)?.isRunning()) throw new Error(`${place} still runs.`);
    const env = { ...options.env, ...more.env };
    const process = await startParley({
      ...{ databaseUrl: options.databaseUrl, dataDir: options.dataDir, untilReady, signal: closing.signal },
      ...(!isSplit || role === 'api' ? { port: await ports(place) } : {}),
      ...(more.program === undefined ? {} : { program: programOf(more.program) }),
      ...(isSplit ? { roles: [role], env: { ...env, PARLEY_PUBLIC_URL: publicUrl } } : { env }),
    } satisfies ParleyOptions);
    started.set(place, process);
    return process;
  };
  const count = (role: Role) =>
    isSplit ? [...started.keys()].filter((place) => place.startsWith(`${role} `)).length : started.size;
  const process = (role: Role, index = 0) => {
    const found = started.get(placeOf(role, index, isSplit));
    if (found === undefined) throw new Error(`There is no ${role} ${index}: it was not started.`);
    return found;
  };
  const places = (role: Role | 'all') =>
    (isSplit ? ROLES : (['api'] as const))
      .filter((one) => !isSplit || role === 'all' || one === role)
      .flatMap((one) =>
        Array.from({ length: Math.max(perRole?.[one] ?? 1, count(one)) }, (_, index) => ({ role: one, index })),
      );
  const startMissing: RigProcesses['startMissing'] = async (role, more) => {
    const missing = places(role).filter(
      ({ role: one, index }) => !started.get(placeOf(one, index, isSplit))?.isRunning(),
    );
    await Promise.all(missing.map(({ role: one, index }) => startRole(one, { ...more, index })));
  };
  return {
    start: (more) => startMissing('all', more),
    process,
    count,
    async kill(role, signal = 'SIGKILL', index) {
      const doomed =
        index !== undefined && role !== 'all'
          ? [process(role, index)]
          : places(role).flatMap((place) => started.get(placeOf(place.role, place.index, isSplit)) ?? []);
      await Promise.all(doomed.map((one) => one.kill(signal)));
    },
    startRole,
    startMissing,
    output: () => [...started].map(([place, one]) => `--- ${place}\n${one.output()}`).join('\n'),
    async close() {
      closing.abort();
      await Promise.all([...started.values()].map((one) => one.kill('SIGKILL')));
    },
  };
}

/** One port for each place, the same over restarts: the others know the API by it. */
function createPorts(): (place: string) => Promise<number> {
  const ports = new Map<string, Promise<number>>();
  return (place) => {
    const port = ports.get(place) ?? reservePort();
    ports.set(place, port);
    return port;
  };
}
