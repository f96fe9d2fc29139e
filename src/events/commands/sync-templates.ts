import { tell } from '../../access/tell.js';
import type { Caller } from '../../access/caller.js';
import type { ProviderTemplate } from '../../providers/provider.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { isStorable } from '../message/plain-text.js';
import type { MessageFailure } from '../message/state.js';
import { about, failureOf, guarded, UNKNOWN } from './ask-account.js';
import { findOwnChannel, type FoundChannel } from './change-channel.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, UserError } from './commands.js';
import { SKIPPED_TOLD_MAX, type SyncTemplates, type TemplateSync } from './template-commands.js';
import { writeSync } from './write-template-sync.js';

/** Whoever asks is told within 5 s (rule 2), and what was read is written by then. */
const ASK_MS = 3_000;
const PAGES_MAX = 50;
const CURSOR_LENGTH_MAX = 2_048;

interface Fetched {
  readonly templates: readonly ProviderTemplate[];
  readonly endCursor: string | null;
  readonly failure: MessageFailure | null;
}

/** Asks a channel's provider for its templates, and keeps what it says. What was read before it failed is kept too. */
export function createSyncTemplates(deps: CommandDeps) {
  return async (caller: Caller, { channelId, after }: SyncTemplates): Promise<CommandResult<TemplateSync>> => {
    if (after !== undefined && (after === '' || after.length > CURSOR_LENGTH_MAX))
      return { ok: false, userErrors: [invalid('after', 'Not what an earlier synchronisation came to.')] };
    const found = await findOwnChannel(deps, caller, channelId);
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const askedAt = deps.clock.now();
    const fetched = await fetchPages(found.value, after);
    if (!fetched.ok) return { ok: false, userErrors: fetched.refusals };
    const { templates: told, endCursor, failure } = fetched.value;
    const isWhole = after === undefined && endCursor === null && failure === null;
    const { plan, events } = await deps.database.transaction((tx) =>
      writeSync(deps, tx, caller, { channelId: found.value.channel.id, told, askedAt, isWhole }),
    );
    if (events.length > 0) await tell(deps.outbox, events);
    const value = {
      ...{ createdCount: plan.created.length, updatedCount: plan.updated.length },
      deletedCount: plan.deleted.length + plan.unlinked.length,
      ...{ skipped: plan.skipped.slice(0, SKIPPED_TOLD_MAX), skippedCount: plan.skipped.length },
      ...{ endCursor, failure },
    };
    return { ok: true, value, cursor: deps.feed.tail() };
  };
}

const invalid = (field: string, message: string): UserError => ({ code: 'INPUT_INVALID', message, field: [field] });

async function fetchPages(
  { channel, adapter }: FoundChannel,
  from: string | undefined,
): Promise<Decision<Fetched, UserError>> {
  if (adapter.fetchTemplates === undefined)
    return refused(
      invalid('channelId', 'This provider can not be asked for its templates: `createTemplate` keeps them.'),
    );
  const signal = AbortSignal.timeout(ASK_MS);
  const templates: ProviderTemplate[] = [];
  let after = from;
  const asked = new Set<string | undefined>();
  for (let pages = 0; pages < PAGES_MAX && !signal.aborted; pages += 1) {
    const answer = await guarded(() =>
      adapter.fetchTemplates?.({ ...about(channel), signal, ...(after === undefined ? {} : { after }) }),
    );
    if (answer.kind === 'lacking')
      return refused(invalid('channelId', `The channel's setting ${answer.setting} is needed for that.`));
    if (answer.kind !== 'page') return accepted({ templates, endCursor: after ?? null, failure: failureOf(answer) });
    templates.push(...answer.templates.map(fitForRows));
    asked.add(after);
    after = answer.next;
    // Whoever followed it would never come to an end.
    if (asked.has(after) && after !== undefined)
      return accepted({ templates, endCursor: null, failure: failureOf(UNKNOWN) });
    if (after === undefined) return accepted({ templates, endCursor: null, failure: null });
  }
  return accepted({ templates, endCursor: after ?? null, failure: null });
}

/** What Postgres can be asked for, and can keep: a provider may say anything. */
function fitForRows(told: ProviderTemplate): ProviderTemplate {
  const status = told.status !== null && isStorable(told.status) ? told.status : null;
  if (isStorable(told.name) && isStorable(told.locale)) return { ...told, status };
  return { name: '', locale: '', status, words: 'Its name or locale is none.' };
}
