import type { Side } from './compared-path.js';
import { openSends, type SendsSettings } from './http/sends.js';
import { openWebhooks, type WebhooksSettings } from './http/webhooks.js';
import { openIdleSockets, type IdleSocketsSettings } from './idle/idle-sockets.js';
import { openSenders, type SendersSettings } from './live/senders.js';
import { openSubscribers, type SubscribersSettings } from './live/subscribers.js';
import { openWatchers, type WatchersSettings } from './live/watchers.js';
import { openAppends, type AppendsSettings } from './project/appends.js';
import { openInboxes, type InboxesSettings } from './read/inboxes.js';

/** Every kind of client, by what it is told to do. */
export type LoadSettings =
  | AppendsSettings
  | IdleSocketsSettings
  | InboxesSettings
  | SendersSettings
  | SendsSettings
  | SubscribersSettings
  | WatchersSettings
  | WebhooksSettings;

export async function openLoad(settings: LoadSettings): Promise<Side> {
  switch (settings.kind) {
    case 'appends':
      return openAppends(settings);
    case 'idle-sockets':
      return openIdleSockets(settings);
    case 'inboxes':
      return openInboxes(settings);
    case 'senders':
      return openSenders(settings);
    case 'sends':
      return openSends(settings);
    case 'subscribers':
      return openSubscribers(settings);
    case 'watchers':
      return openWatchers(settings);
    case 'webhooks':
      return openWebhooks(settings);
  }
}
