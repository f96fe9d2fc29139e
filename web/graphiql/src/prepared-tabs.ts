/** What the tabs are filled with; undefined where no key was given or nothing answered. */
export interface TabFacts {
  readonly apiKey: string | undefined;
  readonly channelId: string | undefined;
  /** The journal's position when the page was opened. */
  readonly cursor: string | undefined;
}

/** Read once when the page opens. */
export const TAB_FACTS_QUERY = `query PreparedTabs {
  viewer { workspaceId }
  cursor
  channels(first: 1) { nodes { id } }
}`;

const INBOX = `# 1 of 4: what is there. Run it: Ctrl+Enter.
query Inbox {
  viewer {
    workspaceId
    scopes
  }
  channels(first: 5) {
    nodes {
      id
      name
      provider
    }
  }
  conversations(first: 10) {
    nodes {
      id
      address
      unreadCount
      contact {
        displayName
      }
      lastMessage {
        direction
        status
        content {
          text
        }
      }
    }
  }
}
`;

const SEND = `# 2 of 4: send a text to the sandbox.
# What becomes of it depends on the number:
#   +15550100000  delivered, read, answered
#   +15550100001  delivered, never read
#   +15550100002  refused
#   +15550100003  fails after it was sent
#   +15550100006  nobody knows: the line drops
#   +15550100007  receipts reversed and repeated
#   +15550100008  a receipt before the answer
# Any other number does as the first.
mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message {
      id
      status
    }
    userErrors {
      code
      message
      field
    }
    cursor
  }
}
`;

const LIVE = `# 3 of 4: every change of status, live.
# Changing the tab ends it: send from a second window,
# or go on to tab 4, which misses nothing.
subscription LiveStatus {
  messageStatusChanged {
    cursor
    message {
      id
      direction
      content {
        text
      }
    }
    change {
      status
      occurredAt
    }
  }
}
`;

const RESUME = `# 4 of 4: everything after a cursor, then live:
# no gap, no repeat. The one in the variables is of
# the moment when this page was opened. Copy a later
# one there, from any answer, and run it again.
subscription Resume($after: Cursor) {
  inboxUpdated(after: $after) {
    cursor
    kind
    conversation {
      id
      unreadCount
    }
    message {
      id
      direction
      status
      content {
        text
      }
    }
    change {
      status
      occurredAt
    }
  }
}
`;

/** The tabs of a first visit, in the form that GraphiQL takes. */
export function preparedTabs({ apiKey, channelId, cursor }: TabFacts) {
  const headers = headersFor(apiKey);
  const tab = (query: string, variables?: object) => ({
    query,
    headers,
    variables: variables === undefined ? '' : JSON.stringify(variables, null, 2),
  });
  const input = {
    channelId: channelId ?? 'chan_... (tab 1 shows yours)',
    to: { phoneNumber: '+15550100000' },
    content: { text: { text: 'Hello from GraphiQL' } },
  };
  return [tab(INBOX), tab(SEND, { input }), tab(LIVE), tab(RESUME, { after: cursor ?? null })];
}

/** The contents of the headers editor. */
export const headersFor = (apiKey: string | undefined): string =>
  JSON.stringify({ Authorization: `Bearer ${apiKey ?? 'pk_... (the start prints it)'}` }, null, 2);
