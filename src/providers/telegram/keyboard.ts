import type { Action } from '../../events/message/content.js';

/** A button of an inline keyboard; a tap on the first kind comes back as a `callback_query`. */
export type Button =
  { readonly text: string; readonly callback_data: string } | { readonly text: string; readonly url: string };

/** What comes back with a tap. */
export const callbackDataOf = ({ payload, text }: Action): string => payload ?? text;

/** One button a row, as a phone shows them whole; nothing where there are none. */
export function keyboardOf(actions: readonly Action[]) {
  if (actions.length === 0) return {};
  return { reply_markup: { inline_keyboard: actions.map((action) => [buttonOf(action)]) } };
}

function buttonOf(action: Action): Button {
  if (action.kind === 'LINK') return { text: action.text, url: action.url ?? '' };
  return { text: action.text, callback_data: callbackDataOf(action) };
}
