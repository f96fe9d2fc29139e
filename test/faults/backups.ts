import { randomBytes } from 'node:crypto';
import { TEMPLATE_DATABASE } from '../support/global-setup.js';
import { withClient } from '../support/with-client.js';
import type { Rig } from './rig.js';

/** A copy of the rig's database as it was. */
export interface Backup {
  /** Puts it in the place of the database, in a moment in which nobody is connected. May be done once. */
  restore(): Promise<void>;
}

/** As a backup is: of one moment, while everything runs. Postgres copies only what nobody uses, so it is away meanwhile. */
export const takeBackup = (rig: Rig): Promise<Backup> => copyOf(rig, nameIn(rig.directUrl), 'backup');

/** A new database in the place of the rig's, migrated and otherwise empty. */
export const emptyDatabase = (rig: Rig): Promise<Backup> => copyOf(rig, TEMPLATE_DATABASE, 'empty');

async function copyOf(rig: Rig, template: string, purpose: string): Promise<Backup> {
  const name = nameIn(rig.directUrl);
  const copy = `${name}_${purpose}_${randomBytes(4).toString('hex')}`;
  await whileNobodyIsConnected(rig, template === name, [`create database ${copy} template ${template}`]);
  return {
    restore: () =>
      whileNobodyIsConnected(rig, true, [
        `alter database ${name} rename to ${copy}_lost`,
        `alter database ${copy} rename to ${name}`,
        `drop database ${copy}_lost with (force)`,
      ]),
  };
}

async function whileNobodyIsConnected(rig: Rig, isNeeded: boolean, statements: readonly string[]): Promise<void> {
  if (isNeeded) rig.proxy.cut();
  try {
    await withClient(administratorOf(rig.directUrl), async (client) => {
      if (isNeeded) await client.query(DISCONNECT, [nameIn(rig.directUrl)]);
      for (const statement of statements) await client.query(statement);
    });
  } finally {
    if (isNeeded) rig.proxy.heal();
  }
}

/** Waits for them, too: a session goes when it notices. */
const DISCONNECT = `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1`;

const nameIn = (url: string): string => new URL(url).pathname.slice(1);

function administratorOf(url: string): string {
  const other = new URL(url);
  other.pathname = '/postgres';
  return other.href;
}
