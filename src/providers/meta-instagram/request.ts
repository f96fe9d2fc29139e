import type { MessageContent } from '../../events/message/content.js';
import type { GraphRequest } from '../meta/graph-call.js';
import { piecesOf, type Dialect } from '../meta/messaging/pieces.js';
import { messagingCall, type Said } from '../meta/messaging/request.js';
import { callerPathOf } from './place.js';
import type { InstagramSettings } from './settings.js';

/** The one reaction that an account may give. */
const LOVE = 'love';

const INSTAGRAM: Dialect = { mediaOptions: {}, reactionOf: () => LOVE };

export const partsOf = (content: MessageContent): number => piecesOf(content, INSTAGRAM).length;

/** What is asked of Instagram for one part. Pure. */
export const callOf = (
  said: Said & { readonly settings: Pick<InstagramSettings, 'accountId' | 'login'> },
): GraphRequest =>
  messagingCall(said, { ...INSTAGRAM, path: `${callerPathOf(said.settings)}/messages`, messageOptions: {} });
