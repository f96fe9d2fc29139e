import type { ClientBase } from 'pg';
import { pause } from '../lifecycle.js';

/** A server process of Postgres: its number alone may be given to somebody else later. */
export interface Backend {
  readonly pid: number;
  readonly started_at: string;
}

const END_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 20;

/** Who serves this connection. */
export async function backendOf(client: ClientBase): Promise<Backend> {
  const found = await client.query<Backend>(
    `select pid, backend_start::text as started_at from pg_stat_activity where pid = pg_backend_pid()`,
  );
  const [backend] = found.rows;
  if (backend === undefined) throw new Error('Postgres does not know its own session.');
  return backend;
}

/** Resolves when that backend is gone: from then on what it did is decided, and what it held is free. */
export async function endBackend(client: ClientBase, { pid, started_at }: Backend): Promise<void> {
  const deadline = performance.now() + END_WITHIN_MS;
  while (performance.now() < deadline) {
    const found = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and backend_start = $2::timestamptz`,
      [pid, started_at],
    );
    if (found.rowCount === 0) return;
    await pause(LOOK_EVERY_MS);
  }
  throw new Error('A backend of ours does not end.');
}
