import type { ChannelId, TemplateId, WorkspaceId } from '../kernel/ids.js';
import type { TemplateName, TemplateWords } from '../template/template.js';
import type { Page, PageRequest } from './finders.js';

/** A template with all that is known of it. */
export interface TemplateView extends TemplateName, TemplateWords {
  readonly id: TemplateId;
  readonly workspaceId: WorkspaceId;
  /** Empty: it is for every channel, under its own name. */
  readonly providerNames: readonly TemplateProviderName[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A channel that a template is for. */
export interface TemplateProviderName {
  readonly channelId: ChannelId;
  /** Null: the template's own name. */
  readonly name: string | null;
  /** The provider's word, as of `syncedAt`. */
  readonly providerStatus: string | null;
  /** When its provider was last asked; null: never. */
  readonly syncedAt: string | null;
}

export interface TemplateFilter {
  /** Those that a send through it may use. */
  readonly channelId?: ChannelId | undefined;
  /** Those whose name contains it, whatever the case. */
  readonly name?: string | undefined;
  readonly locale?: string | undefined;
}

export interface TemplateFinders {
  templates(workspace: WorkspaceId, ids: readonly TemplateId[]): Promise<(TemplateView | undefined)[]>;
  /** Oldest first. */
  templatePage(workspace: WorkspaceId, filter: TemplateFilter, page: PageRequest): Promise<Page<TemplateView>>;
}
