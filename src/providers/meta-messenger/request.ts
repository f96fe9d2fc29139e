import type { MessageContent } from '../../events/message/content.js';
import type { GraphRequest } from '../meta/graph-call.js';
import { piecesOf, type Dialect } from '../meta/messaging/pieces.js';
import { messagingCall, type Said } from '../meta/messaging/request.js';
import type { MessengerSettings } from './settings.js';
import { templateOf } from './template.js';

const MESSENGER: Dialect = { mediaOptions: { is_reusable: true }, reactionOf: (emoji) => emoji, templateOf };

export const partsOf = (content: MessageContent): number => piecesOf(content, MESSENGER).length;

/** What is asked of Messenger for one part. Pure. The reference comes back with the message's echo. */
export const callOf = (said: Said & { readonly settings: Pick<MessengerSettings, 'pageId'> }): GraphRequest =>
  messagingCall(said, {
    ...MESSENGER,
    path: `/${said.settings.pageId}/messages`,
    messageOptions: { metadata: said.reference },
  });
