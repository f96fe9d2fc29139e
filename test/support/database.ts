import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { TEMPLATE_DATABASE } from './global-setup.js';

export interface ClonedDatabase {
  readonly url: string;
  /** Ends whoever is still connected, and removes it. */
  drop(): Promise<void>;
}

/** A fresh, migrated database of this test's own, on the run's PostgreSQL. */
export async function cloneDatabase(): Promise<ClonedDatabase> {
  const url = new URL(inject('postgresUrl'));
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asAdministrator(url.href, `create database ${name} template ${TEMPLATE_DATABASE}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    drop: () => asAdministrator(url.href, `drop database if exists ${name} with (force)`),
  };
}

async function asAdministrator(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
