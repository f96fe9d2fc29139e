import type { Command } from 'commander';
import { BOOTSTRAP_KEY_NAMES } from '../access/bootstrap.js';
import { NoInstanceError } from '../access/audit.js';
import type { ApiKeyView } from '../access/key-view.js';
import { createKey, listKeys, listWorkspaces, revokeKey } from '../access/manage-keys.js';
import { WORKSPACE_SCOPES, type Scope } from '../access/caller.js';
import { ALL_SCOPES, scopeName, SCOPE_NAMES } from '../access/scope-names.js';
import type { Database } from '../database/database.js';
import { requireMigrated } from '../database/migrations.js';
import { systemClock } from '../events/kernel/clock.js';
import type { ApiKeyId, WorkspaceId } from '../events/kernel/ids.js';
import { toApiKeyId, toExpiry, toName, toScopes, toWorkspaceId, type Expiry } from './key-options.js';
import { jsonLine, printable, table } from '../printable.js';
import type { ProgressOutput } from './progress.js';
import { EXIT, UsageError, type AddVerb, type ExitCode, type Finish } from './verb.js';
import { withDatabase } from './with-database.js';

export interface KeyDeps {
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
}

export const addKey: AddVerb<KeyDeps> = (program, deps, finish) => {
  const key = program.command('key').description('API keys: list, create, revoke');
  addList(key, deps, finish);
  addCreate(key, deps, finish);
  key
    .command('revoke')
    .description('end a key now; every process refuses it within 5 s')
    .argument('<id>', 'as `parley key list` shows it: key_…', toApiKeyId)
    .option('--json', 'one object on one line')
    .action(async (id: ApiKeyId, options: Output) => finish(await revoke(deps, id, options)));
};

function addList(key: Command, deps: KeyDeps, finish: Finish): void {
  key
    .command('list')
    .description('the keys that there are, ended ones too; never the keys themselves')
    .option('--workspace <id>', 'only those of this workspace', toWorkspaceId)
    .option('--json', 'one object a line for each key')
    .action(async (options: ListOptions) => finish(await list(deps, options)));
}

function addCreate(key: Command, deps: KeyDeps, finish: Finish): void {
  key
    .command('create')
    .description('make a key and print it, once: it is kept nowhere')
    .requiredOption('--name <name>', 'what people call it', toName)
    .requiredOption('--scopes <scopes>', `out of ${SCOPE_NAMES.join(',')}; or ${ALL_SCOPES}`, toScopes)
    .option('--workspace <id>', 'default: the first that this instance had', toWorkspaceId)
    .option('--expires <when>', 'after 90d, 12h or 30m, or at a time (RFC 3339); default: never', toExpiry)
    .option('--json', 'one object on one line, with the key in it')
    .action(async (options: CreateOptions) => finish(await create(deps, options)));
}

interface Output {
  readonly json?: boolean;
}
interface ListOptions extends Output {
  readonly workspace?: WorkspaceId;
}
interface CreateOptions extends ListOptions {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires?: Expiry;
}

function list({ output, errors }: KeyDeps, { workspace, json }: ListOptions): Promise<ExitCode> {
  return withDatabase(errors, async ({ database }) => {
    await requireMigrated(database.pool);
    const { keys, hasMore } = await listKeys(database, workspace);
    const now = systemClock.now();
    if (json) for (const key of keys) output.write(jsonLine(toJson(key)));
    else output.write(table([HEADINGS, ...keys.map((key) => cellsOf(key, now))]));
    if (hasMore) errors.write(`Only the first ${keys.length}: name a workspace to see its own.\n`);
    return EXIT.ok;
  });
}

function create({ output, errors }: KeyDeps, options: CreateOptions): Promise<ExitCode> {
  const now = systemClock.now();
  const expiresAt = options.expires?.(now) ?? null;
  if (expiresAt !== null && expiresAt <= now) throw new UsageError('--expires has passed already.');
  if (BOOTSTRAP_KEY_NAMES.includes(options.name))
    throw new UsageError('That name belongs to the bootstrap key, which each start looks after: choose another.');
  return withDatabase(errors, async ({ database }) => {
    await requireMigrated(database.pool);
    const workspaceId = await pickWorkspace(database, options.workspace);
    const made = await createKey(database, { ...options, workspaceId, expiresAt }, now);
    output.write(options.json ? jsonLine({ ...toJson(made), key: made.key }) : `${made.key}\n`);
    if (!options.json) errors.write(`${made.id} in ${workspaceId}. The key is shown this once; it is kept nowhere.\n`);
    return EXIT.ok;
  });
}

/** The demo workspace is the first that an instance ever had. */
async function pickWorkspace(database: Database, asked: WorkspaceId | undefined): Promise<WorkspaceId> {
  const workspaces = await listWorkspaces(database);
  const found = asked === undefined ? workspaces[0] : workspaces.find(({ id }) => id === asked);
  if (found !== undefined) return found.id;
  if (asked === undefined) throw new NoInstanceError();
  throw new Error(`There is no workspace ${asked}. There are: ${workspaces.map(({ id }) => id).join(', ')}.`);
}

function revoke({ output, errors }: KeyDeps, id: ApiKeyId, { json }: Output): Promise<ExitCode> {
  return withDatabase(errors, async ({ database }) => {
    await requireMigrated(database.pool);
    const found = await revokeKey(database, id, systemClock.now());
    if (found === undefined) throw new Error(`There is no key ${id}: see \`parley key list\`.`);
    const { key, revoked } = found;
    const done = revoked ? 'Revoked: within 5 s nothing accepts it.' : 'It had ended before.';
    output.write(json ? jsonLine({ ...toJson(key), revoked }) : `${done}\n`);
    if (BOOTSTRAP_KEY_NAMES.includes(key.name)) errors.write(COMES_BACK);
    return EXIT.ok;
  });
}

/** Whoever revokes the key that a start makes valid must know it now, and not after the next start. */
const COMES_BACK =
  'It is a bootstrap key, and the next start makes it valid again. Before that, set PARLEY_BOOTSTRAP_API_KEY to another ' +
  'one; or, if the key was made by the first start, remove the file api-key from the data directory.\n';

const toJson = ({ id, workspaceId, name, scopes, createdAt, expiresAt }: ApiKeyView) => ({
  ...{ id, workspaceId, name, scopes: scopes.map(scopeName) },
  ...{ createdAt: createdAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null },
});

/** What `all` stands for, as it is listed. */
const ALL = WORKSPACE_SCOPES.map(scopeName).join(',');

const HEADINGS = ['ID', 'WORKSPACE', 'CREATED', 'EXPIRES', 'NAME', 'SCOPES'];

function cellsOf(key: ApiKeyView, now: Date): readonly string[] {
  const { id, workspaceId, name, scopes, createdAt, expiresAt } = toJson(key);
  const ends = expiresAt ?? 'never';
  const expires = key.expiresAt !== null && key.expiresAt <= now ? `ended ${ends}` : ends;
  return [
    id,
    workspaceId,
    createdAt,
    expires,
    printable(name),
    scopes.join(',') === ALL ? ALL_SCOPES : scopes.join(','),
  ];
}
