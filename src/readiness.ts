import type { Role } from './config.js';
import type { Readiness, RoleReadiness } from './http/health.js';
import { withTimeout } from './lifecycle.js';
import type { RoleHealth } from './roles/role.js';
import type { Stores } from './stores.js';

/** Whoever asks whether we are ready waits a few seconds himself. */
const STORE_ANSWERS_WITHIN_MS = 2_000;

/** What is up, or why nothing is. */
export type Up =
  | { readonly isUp: false; readonly reason: string }
  | {
      readonly isUp: true;
      readonly stores: Pick<Stores, 'database' | 'log'>;
      readonly health: ReadonlyMap<Role, RoleHealth>;
    };

export interface ReadinessDeps {
  readonly roles: readonly Role[];
  readonly isOnKafka: boolean;
  readonly up: () => Up;
}

/** Whether each role of this process can do its work. However many ask at once, the stores are looked at once. */
export function createReadiness(deps: ReadinessDeps): () => Promise<Readiness> {
  let looking: Promise<Readiness> | undefined;
  return () => (looking ??= look(deps).finally(() => (looking = undefined)));
}

async function look({ roles, isOnKafka, up }: ReadinessDeps): Promise<Readiness> {
  const state = up();
  const missing = state.isUp ? await missingStores(state.stores, isOnKafka) : [state.reason];
  const told = roles.map((role) => {
    const health = state.isUp ? state.health.get(role) : undefined;
    return { role, complaints: health?.complaints() ?? [], remarks: health?.remarks() ?? [] };
  });
  const reasons = [...missing, ...told.flatMap(({ role, complaints }) => complaints.map((one) => `${role}: ${one}`))];
  const byRole = told.map(({ role, complaints, remarks }): [Role, RoleReadiness] => [
    role,
    { isReady: missing.length + complaints.length === 0, reasons: [...missing, ...complaints, ...remarks] },
  ]);
  return { isReady: reasons.length === 0, roles: Object.fromEntries(byRole), reasons };
}

async function missingStores({ database, log }: Pick<Stores, 'database' | 'log'>, isOnKafka: boolean) {
  const [hasDatabase, hasLog] = await Promise.all([
    answers(() => database.pool.query('select 1')),
    answers(() => log.heads('events')),
  ]);
  const keeper = isOnKafka ? 'Kafka' : 'PostgreSQL';
  return [
    ...(hasDatabase ? [] : ['postgres: away (PostgreSQL can’t be reached)']),
    ...(hasLog ? [] : [`log: away (${keeper} can’t be reached)`]),
  ];
}

function answers(ask: () => Promise<unknown>): Promise<boolean> {
  const answered = ask().then(
    () => true,
    () => false,
  );
  return withTimeout(STORE_ANSWERS_WITHIN_MS, answered, false);
}
