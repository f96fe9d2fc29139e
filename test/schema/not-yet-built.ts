/** What the fixed core has and this version doesn't have yet, as `findBreakingChanges` says it. It may only shrink. */
const FIELDS = [
  // Customer webhooks.
  'Mutation.createWebhookEndpoint',
];

const TYPES = [
  ...['BasicAuthInput', 'CreateWebhookEndpointInput', 'CreateWebhookEndpointPayload', 'HeaderInput'],
  ...['WebhookEndpoint', 'WebhookKind'],
];

const USER_ERROR_CODES = [...['FREQUENCY_CAPPED', 'URL_REFUSED']];

export const NOT_YET_BUILT: readonly string[] = [
  ...FIELDS.map((field) => `FIELD_REMOVED: ${field} was removed.`),
  ...TYPES.map((type) => `TYPE_REMOVED: ${type} was removed.`),
  ...USER_ERROR_CODES.map((code) => `VALUE_REMOVED_FROM_ENUM: ${code} was removed from enum type UserErrorCode.`),
];
