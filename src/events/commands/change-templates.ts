import { isDeepStrictEqual } from 'node:util';
import { and, eq, ne } from 'drizzle-orm';
import type { Caller } from '../../access/caller.js';
import { tell } from '../../access/tell.js';
import type { Transaction } from '../../database/database.js';
import { templateChannels, templates } from '../../schema/tables/config.js';
import type { AuditEvent } from '../channel/events.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { templateIds, workspaceIds, type TemplateId } from '../kernel/ids.js';
import { fieldsWithoutNulls } from '../kernel/without-nulls.js';
import { toRow } from '../queries/template-rows.js';
import type { TemplateProviderName, TemplateView } from '../queries/template-view.js';
import { parseTemplate, type TemplateForm, type TemplateGiven } from '../template/template-form.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, UserError } from './commands.js';
import type { DeleteTemplate, UpdateTemplate } from './template-commands.js';
import {
  auditOf,
  findChannels,
  findTemplate,
  insertProviderNames,
  insertTemplate,
  isTemplate,
  lockTemplates,
  refuseMore,
  TEMPLATE_EXISTS,
  TEMPLATE_NOT_FOUND,
} from './template-writes.js';

type Done<Value> = Decision<{ readonly value: Value; readonly events: readonly AuditEvent[] }, UserError>;

/** Does it in one transaction with its audit event. A refusal rolls nothing back: nothing was written before it. */
async function commit<Value>(
  deps: CommandDeps,
  { workspaceId }: Caller,
  work: (tx: Transaction) => Promise<Done<Value>>,
): Promise<CommandResult<Value>> {
  const done = await deps.database.transaction(async (tx) => {
    await lockTemplates(tx, workspaceId);
    return work(tx);
  });
  if (!done.ok) return { ok: false, userErrors: done.refusals };
  if (done.value.events.length > 0) await tell(deps.outbox, done.value.events);
  return { ok: true, value: done.value.value, cursor: deps.feed.tail() };
}

export function createCreateTemplate(deps: CommandDeps) {
  return async (caller: Caller, input: TemplateGiven): Promise<CommandResult<TemplateView>> => {
    const form = parseTemplate(input);
    if (!form.ok) return { ok: false, userErrors: form.refusals };
    return commit(deps, caller, async (tx) => {
      const named = await findChannels(tx, caller.workspaceId, form.value);
      if (!named.ok) return named;
      const full = await refuseMore(tx, caller.workspaceId, form.value.name);
      if (full !== undefined) return refused(full);
      const now = deps.clock.now();
      const template = newTemplate(deps.newTemplateId(), caller, { ...form.value, providerNames: named.value }, now);
      if (!(await insertTemplate(tx, template))) return refused(TEMPLATE_EXISTS);
      return accepted({ value: template, events: [await auditOf(tx, caller, 'template.create', template.id, now)] });
    });
  };
}

const newTemplate = (
  id: TemplateId,
  { workspaceId }: Caller,
  said: Omit<TemplateForm, 'providerNames'> & Pick<TemplateView, 'providerNames'>,
  now: Date,
): TemplateView => ({ ...said, id, workspaceId, createdAt: now.toISOString(), updatedAt: now.toISOString() });

/** What changes nothing says nothing. */
export function createUpdateTemplate(deps: CommandDeps) {
  return async (caller: Caller, { templateId, changes }: UpdateTemplate): Promise<CommandResult<TemplateView>> => {
    const id = templateIds.parse(templateId);
    if (id === undefined) return { ok: false, userErrors: [TEMPLATE_NOT_FOUND] };
    return commit(deps, caller, async (tx): Promise<Done<TemplateView>> => {
      const before = await findTemplate(tx, caller.workspaceId, id);
      if (before === undefined) return refused(TEMPLATE_NOT_FOUND);
      const form = parseTemplate({ ...givenOf(before), ...fieldsWithoutNulls(changes) });
      if (!form.ok) return form;
      const named = await findChannels(tx, caller.workspaceId, form.value);
      if (!named.ok) return named;
      const providerNames = named.value.map((name) => knownOf(before, name));
      const after: TemplateView = { ...before, ...form.value, providerNames };
      if (isSame(before, after)) return accepted({ value: before, events: [] });
      const full = before.name === after.name ? undefined : await refuseMore(tx, caller.workspaceId, after.name);
      if (full !== undefined) return refused(full);
      const now = deps.clock.now();
      const changed = { ...after, updatedAt: now.toISOString() };
      if (await isTaken(tx, changed)) return refused(TEMPLATE_EXISTS);
      await writeTemplate(tx, changed);
      return accepted({ value: changed, events: [await auditOf(tx, caller, 'template.update', id, now)] });
    });
  };
}

export function createDeleteTemplate(deps: CommandDeps) {
  return async (caller: Caller, { templateId }: DeleteTemplate): Promise<CommandResult<TemplateId>> => {
    const id = templateIds.parse(templateId);
    if (id === undefined) return { ok: false, userErrors: [TEMPLATE_NOT_FOUND] };
    return commit(deps, caller, async (tx): Promise<Done<TemplateId>> => {
      const gone = await tx.delete(templates).where(isTemplate(caller.workspaceId, id)).returning({ id: templates.id });
      if (gone.length === 0) return refused(TEMPLATE_NOT_FOUND);
      return accepted({
        value: id,
        events: [await auditOf(tx, caller, 'template.delete', id, deps.clock.now())],
      });
    });
  };
}

/** What was given of it once, as if it were given now. */
const givenOf = (template: TemplateView): TemplateGiven => ({
  ...{ name: template.name, locale: template.locale ?? '', version: template.version ?? '' },
  ...{ header: template.header, body: template.body, footer: template.footer ?? '', buttons: template.buttons },
  providerNames: template.providerNames.map(({ channelId, name }) => ({ channelId, name: name ?? undefined })),
});

/** What the provider said stays with the name that it was said of. */
const knownOf = ({ providerNames }: TemplateView, { channelId, name }: TemplateProviderName) => {
  const known = providerNames.find((one) => one.channelId === channelId && one.name === name);
  return { channelId, name, providerStatus: known?.providerStatus ?? null, syncedAt: known?.syncedAt ?? null };
};

const isSame = (one: TemplateView, other: TemplateView): boolean =>
  isDeepStrictEqual(toRow(one), toRow(other)) && isDeepStrictEqual(one.providerNames, other.providerNames);

/** Nobody else writes templates of this workspace meanwhile; the index holds it whatever happens. */
async function isTaken(tx: Transaction, template: TemplateView): Promise<boolean> {
  const { name, locale, version } = toRow(template);
  const found = await tx
    .select({ id: templates.id })
    .from(templates)
    .where(
      and(
        eq(templates.workspaceId, workspaceIds.toUuid(template.workspaceId)),
        ...[eq(templates.name, name), eq(templates.locale, locale), eq(templates.version, version)],
        ne(templates.id, templateIds.toUuid(template.id)),
      ),
    );
  return found.length > 0;
}

async function writeTemplate(tx: Transaction, template: TemplateView): Promise<void> {
  const { id, workspaceId } = template;
  await tx
    .update(templates)
    .set({ ...toRow(template), updatedAt: new Date(template.updatedAt) })
    .where(isTemplate(workspaceId, id));
  await tx.delete(templateChannels).where(eq(templateChannels.templateId, templateIds.toUuid(id)));
  await insertProviderNames(tx, template);
}
