import type { Interpretation } from '../../provider.js';
import { parseReference } from '../../reference.js';
import { ignored } from '../entries.js';
import { contentOf, saysMore } from './content.js';
import { dataOf, type Frame, type Reader } from './frame.js';
import { message, type MessagingMessage } from './wire.js';

/** A message of the contact's; or one to him, as an echo. */
export const interpretMessage: Reader = (said, frame) => {
  const read = message.safeParse(said);
  if (!read.success) return undefined;
  const { mid, is_deleted: isDeleted, is_echo: isEcho } = read.data;
  if (isDeleted === true)
    return [{ kind: 'deleted', providerMessageId: mid, address: frame.address, occurredAt: frame.at }];
  if (isEcho === true) return [echoOf(read.data, frame)];
  return [frame.isOwn ? ignored('The account wrote to itself.') : { kind: 'received', ...saidIn(read.data, frame) }];
};

const saidIn = (said: MessagingMessage, frame: Frame) => ({
  providerMessageId: said.mid,
  ...{ address: frame.address, occurredAt: frame.at },
  content: contentOf(said),
  ...moreOf(said, frame),
});

/** By our reference we know our own: it was sent. Every other one was written elsewhere, or tells no reference. */
function echoOf(said: MessagingMessage, frame: Frame): Interpretation {
  const { mid: providerMessageId, metadata: reference } = said;
  if (reference !== undefined && parseReference(reference) !== undefined)
    return { kind: 'receipt', providerMessageId, reference, status: 'sent', occurredAt: frame.at };
  return { kind: 'echoed', ...saidIn(said, frame) };
}

function moreOf(said: MessagingMessage, { isStandby }: Frame) {
  const { reply_to: answered, referral, attachments = [] } = said;
  const others = attachments.filter(saysMore);
  return {
    replyToProviderMessageId: answered?.mid,
    providerData: dataOf({
      ...{ referral, story: answered?.story },
      attachments: others.length === 0 ? undefined : others,
      standby: isStandby ? true : undefined,
    }),
  };
}
