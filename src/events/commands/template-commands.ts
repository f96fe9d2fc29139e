import type { Caller } from '../../access/caller.js';
import type { TemplateId } from '../kernel/ids.js';
import type { MessageFailure } from '../message/state.js';
import type { TemplateView } from '../queries/template-view.js';
import type { TemplateGiven } from '../template/template-form.js';
import type { CommandResult } from './commands.js';

/** As the public inputs: what isn't given is `undefined`. Ids are unparsed text. */
export interface UpdateTemplate {
  readonly templateId: string;
  /** What changes; the rest stays. An empty text or list takes away what is optional. */
  readonly changes: TemplateGiven;
}

export interface DeleteTemplate {
  readonly templateId: string;
}

export interface SyncTemplates {
  readonly channelId: string;
  /** Where an earlier one came to. */
  readonly after?: string | undefined;
}

/** What came of asking a provider for its templates. */
export interface TemplateSync {
  readonly createdCount: number;
  readonly updatedCount: number;
  readonly deletedCount: number;
  /** Those that the provider has and that aren't kept; the first `SKIPPED_TOLD_MAX` of them. */
  readonly skipped: readonly SkippedTemplate[];
  readonly skippedCount: number;
  /** Brings what follows; null: that was all. */
  readonly endCursor: string | null;
  /** Why it ended there, where the provider didn't answer as it should. */
  readonly failure: MessageFailure | null;
}

export interface SkippedTemplate {
  readonly name: string;
  readonly locale: string;
  readonly reason: string;
}

export const SKIPPED_TOLD_MAX = 100;

/** What is done to templates. They are configuration: a commit accepts it (rule 1). As of `Commands`. */
export interface TemplateCommands {
  createTemplate(caller: Caller, input: TemplateGiven, startedAt?: number): Promise<CommandResult<TemplateView>>;
  updateTemplate(caller: Caller, input: UpdateTemplate, startedAt?: number): Promise<CommandResult<TemplateView>>;
  deleteTemplate(caller: Caller, input: DeleteTemplate, startedAt?: number): Promise<CommandResult<TemplateId>>;
  syncTemplates(caller: Caller, input: SyncTemplates, startedAt?: number): Promise<CommandResult<TemplateSync>>;
}
