/** A message's number is unique within its chat only. */
export const formatMessageId = (chatId: number, messageId: number): string => `${chatId}:${messageId}`;

export interface ChatMessage {
  readonly chatId: string;
  readonly messageId: number;
}

/** Undefined for what `formatMessageId` didn't make, such as the id of a tap. */
export function parseMessageId(text: string | undefined): ChatMessage | undefined {
  const [, chatId, messageId] = /^(-?\d{1,16}):(\d{1,15})$/.exec(text ?? '') ?? [];
  return chatId === undefined || messageId === undefined ? undefined : { chatId, messageId: Number(messageId) };
}
