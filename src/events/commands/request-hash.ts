import { canonical } from '../kernel/canonical-json.js';
import { parseInstant } from '../message/schedule.js';
import type { SendMessage } from './commands.js';

/**
 * One text for one request, however it was spelled: keys sorted, null and absent the same. Metadata are the caller's
 * own JSON, where null means something. The key itself isn't part of it.
 */
export function canonicalRequest(input: SendMessage): string {
  const { metadata } = input;
  const scheduledAt = input.scheduledAt && (parseInstant(input.scheduledAt)?.toISOString() ?? input.scheduledAt);
  const author = input.author ?? 'AGENT';
  const content = withPartsNamed(input.content);
  const request = { ...input, author, content, scheduledAt, idempotencyKey: undefined, metadata: undefined };
  return JSON.stringify([canonical(request, isGiven), metadata === undefined ? null : canonical(metadata)]);
}

/** A template's parameter whose part isn't given fills the body, and so does one with null, which no default replaces. */
function withPartsNamed(content: SendMessage['content']): SendMessage['content'] {
  const { template } = content;
  if (!isRecord(template) || !Array.isArray(template['parameters'])) return content;
  const parameters = template['parameters'].map((given: unknown) =>
    isRecord(given) ? { ...given, part: given['part'] ?? 'BODY' } : given,
  );
  return { ...content, template: { ...template, parameters } };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
