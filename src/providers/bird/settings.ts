import { z } from 'zod';
import type { HttpCall } from '../http-call.js';
import { accountId, baseUrl, secret } from '../settings.js';

const SUBSCRIPTION_PATH_LENGTH_MAX = 500;

export const birdSettings = z.strictObject({
  workspaceId: accountId,
  channelId: accountId,
  accessKey: secret,
  /** What Bird signs its webhooks with: the `signingKey` of the subscriptions. */
  signingKey: secret,
  /** Only subscriptions need it. */
  organizationId: accountId.optional(),
  /** What stands before the access key. */
  authScheme: z
    .string({ error: 'A text is needed.' })
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,49}$/, { error: 'A letter, then up to 49 letters, digits or `-`.' })
    .optional(),
  /** Bird's own pages spell it in two ways. */
  webhookSubscriptionPath: z
    .string({ error: 'A text is needed.' })
    .max(SUBSCRIPTION_PATH_LENGTH_MAX, { error: `At most ${SUBSCRIPTION_PATH_LENGTH_MAX} characters.` })
    .regex(/^\/[\w.~{}/-]+$/, {
      error: 'A path that begins with a slash; it may name {organizationId} and {workspaceId}.',
    })
    .optional(),
  apiBaseUrl: baseUrl.optional(),
});
export type BirdSettings = z.infer<typeof birdSettings>;

const API_BASE_URL = 'https://api.bird.com';
const SUBSCRIPTION_PATH = '/organizations/{organizationId}/workspaces/{workspaceId}/webhook-subscriptions';

/** Ids are UUIDs, and a webhook may write them otherwise than an administrator does. */
export const accountOf = ({ channelId }: Pick<BirdSettings, 'channelId'>): string => channelId.toLowerCase();

type Placed = Pick<HttpCall, 'baseUrl' | 'path' | 'headers'>;

const placed = (
  { apiBaseUrl = API_BASE_URL, authScheme = 'AccessKey', accessKey }: BirdSettings,
  path: string,
): Placed => ({
  ...{ baseUrl: apiBaseUrl, path },
  headers: { authorization: `${authScheme} ${accessKey}` },
});

const channelPath = ({ workspaceId, channelId }: BirdSettings): string =>
  `/workspaces/${encodeURIComponent(workspaceId)}/channels/${encodeURIComponent(channelId)}`;

/** Where the channel's messages are sent and listed. */
export const messagesOf = (settings: BirdSettings, query = ''): Placed =>
  placed(settings, `${channelPath(settings)}/messages${query}`);

/** What the channel knows of a contact. */
export const contactOf = (settings: BirdSettings, contactId: string): Placed =>
  placed(settings, `${channelPath(settings)}/contacts/${encodeURIComponent(contactId)}`);

/** Where webhooks are subscribed to; undefined: that path needs an organization, and none is set. */
export function subscriptionsOf(settings: BirdSettings): Placed | undefined {
  const { webhookSubscriptionPath = SUBSCRIPTION_PATH, organizationId, workspaceId } = settings;
  if (organizationId === undefined && webhookSubscriptionPath.includes('{organizationId}')) return undefined;
  const path = webhookSubscriptionPath
    .replaceAll('{organizationId}', encodeURIComponent(organizationId ?? ''))
    .replaceAll('{workspaceId}', encodeURIComponent(workspaceId));
  return placed(settings, path);
}
