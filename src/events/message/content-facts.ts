import type { Action, Media, MessageContent } from './content.js';

/** What analytics may know without knowing what was said (rule 9). */
export function contentFacts(content: MessageContent) {
  return {
    contentKind: content.kind,
    textBytes: Buffer.byteLength(content.text),
    mediaCount: mediaOf(content).length,
  };
}

export function mediaOf(content: MessageContent): readonly Media[] {
  if (content.kind === 'image') return content.images;
  if (content.kind === 'file') return content.files;
  if (content.kind === 'carousel') return content.cards.flatMap(({ media }) => media ?? []);
  if (content.kind === 'template') return content.parameters.flatMap(({ media }) => media ?? []);
  return content.kind === 'text' ? content.attachments : [];
}

/** What a template goes out under. */
export const sentNameOf = ({ name, providerName }: Extract<MessageContent, { kind: 'template' }>): string =>
  providerName ?? name;

export function actionsOf(content: MessageContent): readonly Action[] {
  return content.kind === 'text' || content.kind === 'image' || content.kind === 'file' ? content.actions : [];
}

export function rowsOf(content: MessageContent): readonly Action[] {
  return content.kind === 'list' ? content.sections.flatMap(({ actions }) => actions) : [];
}
