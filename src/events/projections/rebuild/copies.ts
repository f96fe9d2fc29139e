import { sql, type SQL } from 'drizzle-orm';
import type { Executor, Transaction } from '../../../database/database.js';
import { OperationRefusedError, type OperationKind } from '../../../operations/operation.js';
import type { CopyName } from '../read-copy.js';

/** The advisory lock's number: whoever makes, renames or drops a copy of the read models does it alone. */
const COPIES_LOCK = 0x7061_7263;

/** How long the copy that was served before is kept after an exchange. */
export const PREVIOUS_KEPT_HOURS = 24;

/** Another one's number after it was dropped and made anew; it stays through a renaming. */
export type CopyId = string;

const lockCopies = (tx: Transaction) => tx.execute(sql`select pg_advisory_xact_lock(${COPIES_LOCK})`);

/**
 * Makes empty tables in `read_next`, exactly like those in `read`, but for the indexes that folding doesn't need. What a
 * rebuild left there that died is dropped, and previous read models that somebody was about to bring back are put back.
 * @throws OperationRefusedError
 */
export async function createNext(tx: Transaction): Promise<CopyId> {
  await lockCopies(tx);
  await refuseBesides(tx, 'restore-read-models');
  await refuseUnderViews(tx);
  await clearNext(tx);
  await tx.execute(sql`create schema read_next`);
  await runAll(tx, TABLES);
  await runAll(tx, KEYS);
  await runAll(tx, GRANTS);
  return requireNext(tx);
}

/** The copy that was served before, as `read_next`. @throws OperationRefusedError */
export async function takePrevious(tx: Transaction): Promise<CopyId> {
  await lockCopies(tx);
  await refuseBesides(tx, 'rebuild');
  await refuseUnderViews(tx);
  // Whoever took it and died left it there: it is judged as any other.
  await clearNext(tx);
  const previous = await findCopy(tx, 'read_previous');
  if (previous === undefined)
    throw new OperationRefusedError(
      `There are no previous read models: they are kept for ${PREVIOUS_KEPT_HOURS} hours after an exchange.`,
    );
  if ((await structureOf(tx, 'read_previous')) !== (await structureOf(tx, 'read')))
    throw new OperationRefusedError(
      'An upgrade has changed the tables since the previous read models were replaced. Use `parley rebuild`.',
    );
  await tx.execute(sql`alter schema read_previous rename to read_next`);
  return requireNext(tx);
}

/** The end of what was not exchanged. Nothing happens where it isn't this one's any more. */
export async function leaveNext(tx: Transaction, id: CopyId): Promise<void> {
  await lockCopies(tx);
  await clearNext(tx, id);
}

/** @param id of the only one that is meant; default: whichever it is. @returns whether it was dropped */
async function clearNext(tx: Transaction, id?: CopyId): Promise<boolean> {
  const next = await findCopy(tx, 'read_next');
  if (next === undefined || (id !== undefined && next.id !== id)) return false;
  if (next.replacedAt === null) await tx.execute(sql`drop schema read_next cascade`);
  else await tx.execute(sql`alter schema read_next rename to read_previous`);
  return next.replacedAt === null;
}

/**
 * Drops the previous read models after their day, and what a rebuild left that nobody begins again.
 * @returns what was dropped
 */
export async function dropExpired(tx: Transaction): Promise<readonly CopyName[]> {
  await lockCopies(tx);
  const unfinished = await tx.execute(sql`
    select from work.operations where kind in ('rebuild', 'restore-read-models') and state in ('waiting', 'running')`);
  const isNextDropped = unfinished.rowCount === 0 && (await clearNext(tx));
  const expired = await tx.execute(sql`
    select from pg_namespace
    where nspname = 'read_previous' and ${replacedAt} < now() - make_interval(hours => ${PREVIOUS_KEPT_HOURS})`);
  if (expired.rowCount !== 0) await tx.execute(sql`drop schema read_previous cascade`);
  return [
    ...(isNextDropped ? ['read_next' as const] : []),
    ...(expired.rowCount !== 0 ? ['read_previous' as const] : []),
  ];
}

/** In the transaction that holds all their locks. What was served is kept as the previous copy. */
export async function exchangeNames(tx: Transaction): Promise<void> {
  await lockCopies(tx);
  await tx.execute(sql`drop schema if exists read_previous cascade`);
  await tx.execute(sql`alter schema read rename to read_previous`);
  await tx.execute(sql`alter schema read_next rename to read`);
  await tx.execute(sql`comment on schema read is null`);
  // Read by people too, and by a later process: it goes with the schema, into a backup as well.
  const now = await tx.execute<{ now: string }>(sql`
    select quote_literal(to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) as now`);
  await tx.execute(sql`comment on schema read_previous is ${sql.raw(now.rows[0]?.now ?? 'null')}`);
}

interface FoundCopy {
  readonly id: CopyId;
  /** When it was served last, RFC 3339; null: never. */
  readonly replacedAt: string | null;
}

const replacedAt = sql`obj_description(pg_namespace.oid, 'pg_namespace')::timestamptz`;

export async function findCopy(
  executor: Executor,
  name: 'read_next' | 'read_previous',
): Promise<FoundCopy | undefined> {
  const found = await executor.execute<{ id: string; replaced_at: string | null }>(sql`
    select oid::text as id, obj_description(oid, 'pg_namespace') as replaced_at from pg_namespace where nspname = ${name}`);
  return found.rows.map((row) => ({ id: row.id, replacedAt: row.replaced_at }))[0];
}

async function requireNext(tx: Transaction): Promise<CopyId> {
  const next = await findCopy(tx, 'read_next');
  if (next === undefined) throw new Error('The new read models are gone.');
  return next.id;
}

/** Both work on `read_next`. */
async function refuseBesides(tx: Transaction, kind: OperationKind): Promise<void> {
  const other = await tx.execute(
    sql`select from work.operations where kind = ${kind} and state = 'running' and lease_until > clock_timestamp()`,
  );
  if (other.rowCount !== 0)
    throw new OperationRefusedError(`The operation ${kind} is under way: wait for its end, or cancel it.`);
}

/** A view holds on to its tables, whatever they are called: it would go on showing those that were replaced. */
async function refuseUnderViews(tx: Transaction): Promise<void> {
  const found = await tx.execute<{ view: string }>(sql`
    select distinct v.oid::regclass::text as view
    from pg_depend d
    join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
    join pg_class v on v.oid = r.ev_class
    join pg_class t on t.oid = d.refobjid and d.refclassid = 'pg_class'::regclass
    where t.relnamespace = 'read'::regnamespace and v.relnamespace <> t.relnamespace order by 1 limit 10`);
  if (found.rows.length === 0) return;
  const views = found.rows.map(({ view }) => view).join(', ');
  throw new OperationRefusedError(
    `Views stand on the tables that are to be replaced, and would show the old ones: ${views}. Drop them, and make them again afterwards.`,
  );
}

/** Columns, keys, indexes and constraints: two copies with the same can stand in for each other. */
export async function structureOf(executor: Executor, name: CopyName): Promise<string> {
  const found = await executor.execute<{ structure: string }>(sql`
    with tables as (
      select oid, relname from pg_class where relnamespace = ${name}::regnamespace and relkind = 'r'
    ), lines as (
      select format('%s %s %s %s %s %s', t.relname, row_number() over (partition by t.oid order by a.attnum), a.attname,
        format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) as line
      from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
      union all
      select format('%s %s %s', t.relname, c.conname, pg_get_constraintdef(c.oid))
      from tables t join pg_constraint c on c.conrelid = t.oid and c.contype <> 'n'
      union all
      select replace(pg_get_indexdef(i.indexrelid), format(' ON %I.', ${name}::text), ' ON ')
      from tables t join pg_index i on i.indrelid = t.oid
    )
    select string_agg(line, E'\n' order by line collate "C") as structure from lines`);
  return found.rows[0]?.structure ?? '';
}

/** What folding can do without, once the tables are full: one statement each, for each may take minutes. */
export async function findMissingIndexes(executor: Executor): Promise<readonly string[]> {
  const found = await executor.execute<{ statement: string }>(indexesLike(sql`not i.indisunique`));
  return found.rows.map(({ statement }) => statement);
}

/** @param statements answers SQL in a column `statement`, made of names in the catalogs alone */
async function runAll(tx: Transaction, statements: SQL): Promise<void> {
  const found = await tx.execute<{ statement: string }>(statements);
  for (const { statement } of found.rows) await tx.execute(sql.raw(statement));
}

/** Indexes would get names by rule, and a later migration look for them by their own. */
const TABLES = sql`
  select format('create table read_next.%I (like read.%I including all excluding indexes)', relname, relname) as statement
  from pg_class where relnamespace = 'read'::regnamespace and relkind = 'r' order by relname`;

const indexesLike = (condition: SQL): SQL => sql`
  select replace(pg_get_indexdef(i.indexrelid), ' ON read.', ' ON read_next.') as statement
  from pg_index i join pg_class c on c.oid = i.indrelid
  where c.relnamespace = 'read'::regnamespace and ${condition}
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
  order by 1`;

/** What a repeat is told by (rule 11), and a row is found by. */
const KEYS = sql`
  select format('alter table read_next.%I add constraint %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid)) as statement
  from pg_constraint c join pg_class t on t.oid = c.conrelid
  where t.relnamespace = 'read'::regnamespace and c.contype in ('p', 'u')
  union all (${indexesLike(sql`i.indisunique`)})`;

/** Whoever may read the tables that are served, with a report of his own for example, may read these. */
const GRANTS = sql`
  with granted as (
    select 'schema read_next' as place, a.* from pg_namespace n, aclexplode(n.nspacl) a
    where n.nspname = 'read' and a.grantee <> n.nspowner
    union all
    select format('read_next.%I', c.relname), a.* from pg_class c, aclexplode(c.relacl) a
    where c.relnamespace = 'read'::regnamespace and c.relkind = 'r' and a.grantee <> c.relowner
  )
  select format('grant %s on %s to %s%s', privilege_type, place,
    case when grantee = 0 then 'public' else grantee::regrole::text end,
    case when is_grantable then ' with grant option' else '' end) as statement
  from granted`;
