import type { Server } from '../http/ask.js';
import type { Side } from '../compared-path.js';
import { postRepeatedly } from '../http/post-repeatedly.js';

/** Clients who look at the first page of what is open and theirs, and at how many there are. */
export interface InboxesSettings extends Server {
  readonly kind: 'inboxes';
  readonly connections: number;
}

export const PAGE_SIZE = 25;

/** Whose inbox it is. */
export const AGENT = 'agent-7';

const INBOX = `query Inbox($first: Int, $agent: String) {
  conversationCounts { open closed unassigned assignees { open assignee { agentId teamId } } }
  conversations(first: $first, filter: { status: OPEN, agentId: $agent }) {
    nodes {
      id status unreadCount lastActivityAt address
      contact { id displayName }
      lastMessage { id direction author status statusAt createdAt content { __typename ... on TextContent { text } } }
      serviceWindow { isOpen isPermanent expiresAt }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export function openInboxes({ url, apiKey, connections }: InboxesSettings): Side {
  const body = JSON.stringify({ query: INBOX, variables: { first: PAGE_SIZE, agent: AGENT } });
  return postRepeatedly({
    ...{ url: `${url}/graphql`, connections },
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    next: () => ({ body }),
    isGood: (status, answer) => status === 200 && answer.split('"text":"xxx').length === PAGE_SIZE + 1,
  });
}
