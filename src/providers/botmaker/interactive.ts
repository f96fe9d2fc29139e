import type { Action, MessageContent } from '../../events/message/content.js';

type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;
type Interactive = Readonly<Record<string, unknown>>;

const BUTTONS_MAX = 3;

/** WhatsApp's own form, where content has what only that shows: a menu, a link to tap, a heading above buttons. */
export function interactiveOf(content: MessageContent): Interactive | undefined {
  if (content.kind === 'list') return { ...frameOf(content), action: menuOf(content) };
  if (content.kind !== 'text') return undefined;
  const [first] = content.actions;
  if (first?.kind === 'LINK')
    return { ...frameOf(content), action: { type: 'url', urlLink: first.url ?? '', label: first.text } };
  const isFramed = content.title !== undefined || content.footer !== undefined;
  if (first === undefined || !isFramed || !areIntents(content.actions)) return undefined;
  const buttons = content.actions.map(({ text, payload }) => ({ label: text, intent: payload }));
  return { ...frameOf(content), action: { type: 'intent', buttons } };
}

/** There each of them needs an intent, and there are three at most. */
const areIntents = (actions: readonly Action[]): boolean =>
  actions.length <= BUTTONS_MAX && actions.every(({ payload }) => payload !== undefined);

const frameOf = ({ title, text, footer }: Of<'list' | 'text'>): Interactive => ({
  ...(title === undefined ? {} : { header: { type: 'text', content: title } }),
  body: text,
  ...(footer === undefined ? {} : { footer }),
});

/** A row without a payload comes back by its words. */
const menuOf = ({ buttonText = 'Options', sections }: Of<'list'>): Interactive => ({
  type: 'list',
  button: buttonText,
  sections: sections.map(({ title, actions }) => ({
    ...(title === undefined ? {} : { title }),
    rows: actions.map(({ text, payload, description }) => ({
      ...{ id: payload ?? text, title: text },
      ...(description === undefined ? {} : { description }),
    })),
  })),
});
