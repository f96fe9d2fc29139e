import type { Action } from '../../../events/message/content.js';

/** Of a button template, and of a card. */
export const BUTTONS_MAX = 3;
export const QUICK_REPLIES_MAX = 13;

/** What comes back with a tap. */
const payloadOf = ({ payload, text }: Action): string => payload ?? text;

/** A button that stays; a quick reply vanishes with the next message. */
export function buttonOf(action: Action) {
  if (action.kind === 'LINK') return { type: 'web_url', title: action.text, url: action.url ?? '' };
  return { type: 'postback', title: action.text, payload: payloadOf(action) };
}

export const quickReplyOf = (action: Action) => ({
  ...{ content_type: 'text', title: action.text, payload: payloadOf(action) },
});

/**
 * Whether these stand as buttons: a link can't be a quick reply, and what carries a payload is meant to stay. Answers, and
 * more than three, are quick replies.
 */
export const areButtons = (actions: readonly Action[]): boolean =>
  actions.some(({ kind }) => kind === 'LINK' || (kind === 'POSTBACK' && actions.length <= BUTTONS_MAX));
