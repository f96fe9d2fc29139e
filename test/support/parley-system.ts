import type { Role } from '../../src/config.js';
import { apiClient, inTurn, type ApiClient } from './api-client.js';
import { startBalancer, type Balancer } from './balancer.js';
import { patient } from './patient-client.js';
import { startParley, type ParleyProcess } from './parley-process.js';

/** One Parley of several processes, from the built `dist`, on one Kafka and one Postgres. */
export interface ParleySystem {
  /** In front of all API processes; what providers post to. */
  readonly url: string;
  readonly apiKey: string;
  /** Goes to the API processes in turn; subscriptions go to another one than the query before. */
  readonly client: ApiClient;
  /** Of each API process alone. */
  readonly apis: readonly SystemProcess[];
  readonly processes: readonly SystemProcess[];
  /** SIGTERM to all of them at once. @throws when one of them didn't end well */
  stop(): Promise<void>;
}

export interface SystemProcess extends ParleyProcess {
  readonly roles: readonly Role[];
  /** Of this process alone; without the API it is answered 404. */
  readonly client: ApiClient;
}

export interface ParleySystemOptions {
  readonly databaseUrl: string;
  /** The roles of each process, in the order in which they are answered. */
  readonly processes: readonly (readonly Role[])[];
  readonly dataDir: string;
  /** At least what names Kafka and the topics. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts all processes at once. Resolves when every one of them is ready. */
export async function startParleySystem(options: ParleySystemOptions): Promise<ParleySystem> {
  const balancer = await startBalancer();
  const failed = new AbortController();
  try {
    const processes = await Promise.all(
      options.processes.map((roles) => startOne(options, roles, balancer.url, failed.signal)),
    );
    return systemOf(processes, balancer);
  } catch (error) {
    // Who still starts is killed with it.
    failed.abort();
    await balancer.close();
    throw error;
  }
}

async function startOne(
  { databaseUrl, dataDir, env }: ParleySystemOptions,
  roles: readonly Role[],
  publicUrl: string,
  signal: AbortSignal,
): Promise<SystemProcess> {
  const process = await startParley({
    ...{ databaseUrl, dataDir, roles, signal },
    env: {
      PARLEY_PUBLIC_URL: publicUrl,
      PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...env,
    },
  });
  return { ...process, roles, client: patient(apiClient(process.url, process.apiKey)) };
}

function systemOf(processes: readonly SystemProcess[], balancer: Balancer): ParleySystem {
  const apis = processes.filter(({ roles }) => roles.includes('api'));
  balancer.serve(apis.map(({ url }) => url));
  return {
    url: balancer.url,
    apiKey: apis[0]?.apiKey ?? '',
    client: inTurn(apis.map(({ client }) => client)),
    apis,
    processes,
    async stop() {
      const codes = await Promise.all(processes.map((one) => one.kill('SIGTERM')));
      await balancer.close();
      const unwell = processes.filter((_, index) => codes[index] !== 0);
      if (unwell.length > 0) throw new Error(unwell.map(describeEnd).join('\n'));
    },
  };
}

const describeEnd = ({ roles, output }: SystemProcess) =>
  `The process of ${roles.join(', ')} did not end well:\n${output()}`;
