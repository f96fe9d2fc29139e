import { sentNameOf } from '../../events/message/content-facts.js';
import type { MessageContent } from '../../events/message/content.js';

/** The carrier takes one file a call, as most providers do: each picture and each file is a part of its own. */
export function partsOf(content: MessageContent): number {
  if (content.kind === 'image') return Math.max(1, content.images.length);
  return content.kind === 'file' ? Math.max(1, content.files.length) : 1;
}

/** What one call says: one of the files, and with the first of them the words and what can be tapped. */
export function partOf(content: MessageContent, part: number): MessageContent {
  if (content.kind === 'image') return { ...spokenIn(content, part), images: content.images.slice(part, part + 1) };
  if (content.kind === 'file') return { ...spokenIn(content, part), files: content.files.slice(part, part + 1) };
  return content.kind === 'template' ? asProviderReads(content) : content;
}

/** Whoever keeps templates knows it by his own name, and fills it himself. */
function asProviderReads(content: Extract<MessageContent, { kind: 'template' }>): MessageContent {
  const { providerName: _theirs, ...said } = content;
  return { ...said, name: sentNameOf(content), text: '' };
}

function spokenIn<Content extends Extract<MessageContent, { kind: 'image' | 'file' }>>(content: Content, part: number) {
  return part === 0 ? content : { ...content, text: '', footer: undefined, actions: [] };
}
