import { createMicroBatch } from '../../database/micro-batch.js';
import type { Database } from '../../database/database.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import type { ChannelId, WorkspaceId } from '../kernel/ids.js';
import type { MessageContent, TemplateParameter } from '../message/content.js';
import { TEXT_BYTES_MAX } from '../message/content-forms.js';
import { findNamedTemplates, type FoundTemplate, type NamedTemplate } from '../queries/named-templates.js';
import { filled } from '../template/blanks.js';
import { chooseTemplate } from '../template/choose.js';
import { judgeParameters, withFilled } from '../template/judge-parameters.js';
import type { UserError } from './commands.js';

type Template = Extract<MessageContent, { kind: 'template' }>;

/** The kept templates that a send may mean. */
export type FindTemplates = (named: NamedTemplate) => Promise<readonly FoundTemplate[]>;

const LOOKUP_BATCH_MAX = 500;
const LOOKUP_WAITING_MAX = 10_000;

/** Sends of the same moment ask together, and a batch that sends one template asks for it once. */
export function createFindTemplates(database: Pick<Database, 'orm'>): FindTemplates {
  return createMicroBatch({
    ...{ sizeMax: LOOKUP_BATCH_MAX, waitingMax: LOOKUP_WAITING_MAX },
    async run(asked: readonly NamedTemplate[]) {
      const keys = asked.map(keyOf);
      const apart = new Map(asked.map((named, index) => [keys[index], named]));
      const found = await findNamedTemplates(database.orm, [...apart.values()]);
      const byKey = new Map([...apart.keys()].map((key, index) => [key, found[index] ?? []]));
      return keys.map((key) => byKey.get(key) ?? []);
    },
  });
}

const keyOf = ({ workspaceId, channelId, name, locale, version }: NamedTemplate): string =>
  JSON.stringify([workspaceId, channelId, name, locale, version]);

/**
 * What is sent of a template: as it was given where it isn't kept here; otherwise under the name that the channel's
 * provider knows, with the locale and version that were found, and its words with their blanks filled. All of it goes into
 * the event, so that nothing that is done to the template later changes what was accepted.
 */
export async function asKept(
  find: FindTemplates,
  where: { readonly workspaceId: WorkspaceId; readonly channelId: ChannelId },
  content: MessageContent,
): Promise<Decision<MessageContent, UserError>> {
  if (content.kind !== 'template') return accepted(content);
  const { name, locale, version } = content;
  const { workspaceId, channelId } = where;
  const chosen = chooseTemplate(await find({ workspaceId, channelId, name, locale, version }), content);
  if (chosen.kind === 'unknown') return accepted(content);
  if (chosen.kind === 'several') return refused(invalid('locale', saySeveral(chosen.locales)));
  return fill(content, chosen.template);
}

const saySeveral = (locales: readonly string[]): string =>
  `There are several templates of this name: say which locale. There are: ${locales.join(', ').slice(0, 500)}.`;

const invalid = (field: string, message: string): UserError => ({
  ...{ code: 'CONTENT_INVALID', message, field: ['content', 'template', field] },
});

function fill(content: Template, found: FoundTemplate): Decision<MessageContent, UserError> {
  const { words, providerName } = found;
  const refusals = judgeParameters(words, content.parameters);
  if (refusals.length > 0) return refused(...refusals);
  const text = filled(words.body, bodyValues(content.parameters));
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX)
    return refused(invalid('parameters', `With its blanks filled it has more than ${TEXT_BYTES_MAX} bytes of words.`));
  const locale = content.locale ?? found.locale;
  const version = content.version ?? found.version;
  return accepted({
    ...{ kind: 'template', text, name: content.name, parameters: withFilled(words, content.parameters) },
    ...(locale === null ? {} : { locale }),
    ...(version === null ? {} : { version }),
    ...(providerName === content.name ? {} : { providerName }),
  });
}

function bodyValues(parameters: readonly TemplateParameter[]): (key: string) => string | undefined {
  const values = new Map(parameters.flatMap(({ part, key, value }) => (part === 'BODY' ? [[key, value]] : [])));
  return (key) => values.get(key);
}
