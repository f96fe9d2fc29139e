import { CONTACT_MUTATIONS } from './contact-mutations.js';
import { send, SENDS } from './sends.js';
import { TEMPLATE_MUTATIONS } from './template-mutations.js';
import { done, type Covered, type Given, type Stage, type Variables } from './stage.js';

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

/** What a mutation about the conversation refuses, with an input that is otherwise in order. */
const aboutConversation = (more: Variables = {}) => ({
  CONVERSATION_NOT_FOUND: ({ nowhere }: Stage) => ({ conversationId: nowhere.conversation, ...more }),
  INPUT_INVALID: () => ({ conversationId: 'nothing', ...more }),
});
const onConversation =
  (more: Variables = {}): Given =>
  ({ thread }) => ({ conversationId: thread.conversationId, ...more });
const ABOUT_CHANNEL = { CHANNEL_NOT_FOUND: ({ nowhere }: Stage) => ({ channelId: nowhere.channel }) };
/** The sandbox has no such call. */
const ABOUT_ACCOUNT = { ...ABOUT_CHANNEL, INPUT_INVALID: ({ channelId }: Stage) => ({ channelId }) };
const onBot: Given = ({ botId }) => ({ channelId: botId });
const noSuchWorkspace: Given = ({ nowhere }) => ({ id: nowhere.workspace });
const noSuchKey: Given = ({ nowhere }) => ({ id: nowhere.apiKey });

interface Made {
  readonly apiKey: { readonly id: string };
}
const newKey = async (stage: Stage): Promise<string> =>
  (await done<Made>(stage, 'createApiKey', { name: 'a key', scopes: ['MESSAGES_READ'] }, 'apiKey { id }')).apiKey.id;

const newWorkspaceId = async (stage: Stage): Promise<string> =>
  (await done<{ workspace: { id: string } }>(stage, 'createWorkspace', { name: 'another' }, 'workspace { id }'))
    .workspace.id;

const CONVERSATION = 'conversation { id }';
const answersConversation = ({ thread }: Stage) => ({ conversation: { id: thread.conversationId } });
const [KEY, WORKSPACE] = ['apiKey { id }', 'workspace { id }'];
const BAD_KEYS: Readonly<Record<string, Given>> = {
  INPUT_INVALID: () => ({ name: '', scopes: ['MESSAGES_READ'] }),
};

/** Every field of `Mutation`, by its input. */
export const MUTATIONS: Readonly<Record<string, Covered>> = {
  ...CONTACT_MUTATIONS,
  ...TEMPLATE_MUTATIONS,
  addNote: {
    selection: 'note { text }',
    works: onConversation({ text: 'a note' }),
    answers: { note: { text: 'a note' } },
    refusals: aboutConversation({ text: 'a note' }),
  },
  assignConversation: {
    selection: CONVERSATION,
    works: onConversation({ agentId: 'agent-1' }),
    answers: answersConversation,
    refusals: aboutConversation({ agentId: 'agent-1' }),
  },
  cancelScheduledMessage: {
    selection: 'message { status }',
    async works(stage) {
      const input = { ...stage.sendInput({ scheduledAt: inAnHour() }) };
      const { message } = await done<{ message: { id: string } }>(stage, 'sendMessage', input, 'message { id }');
      return { messageId: message.id };
    },
    answers: { message: { status: 'CANCELLED' } },
    refusals: {
      INPUT_INVALID: () => ({ messageId: 'nothing' }),
      MESSAGE_NOT_FOUND: ({ nowhere }) => ({ messageId: nowhere.message }),
      MESSAGE_NOT_SCHEDULED: ({ thread }) => ({ messageId: thread.messageId }),
    },
  },
  closeConversation: {
    selection: CONVERSATION,
    works: async ({ newThread }) => ({ conversationId: (await newThread()).conversationId }),
    answers: { conversation: {} },
    refusals: aboutConversation(),
  },
  createApiKey: {
    selection: `${KEY} secret`,
    works: () => ({ name: 'a key', scopes: ['MESSAGES_READ'] }),
    answers: { apiKey: {} },
    refusals: BAD_KEYS,
  },
  createChannel: {
    selection: 'channel { name }',
    works: () => ({ name: 'a channel', provider: 'SANDBOX', platform: 'WHATSAPP', settings: {} }),
    answers: { channel: { name: 'a channel' } },
    refusals: {
      INPUT_INVALID: () => ({ name: '', provider: 'SANDBOX', platform: 'WHATSAPP', settings: {} }),
      SETTINGS_INVALID: () => ({ name: 'x', provider: 'SANDBOX', platform: 'WHATSAPP', settings: { stray: 1 } }),
    },
  },
  createClientToken: {
    selection: 'token',
    works: ({ thread }) => ({ conversationIds: [thread.conversationId] }),
    refusals: {
      INPUT_INVALID: () => ({ conversationIds: [] }),
      CONVERSATION_NOT_FOUND: ({ nowhere }) => ({ conversationIds: [nowhere.conversation] }),
      CONTACT_NOT_FOUND: ({ nowhere }) => ({ contactIds: [nowhere.contact] }),
    },
  },
  createCredentials: {
    selection: 'credentials { __typename }',
    works: () => ({ name: 'credentials', scopes: ['MESSAGES_READ'] }),
    answers: { credentials: {} },
    refusals: BAD_KEYS,
  },
  createWorkspace: {
    selection: WORKSPACE,
    works: () => ({ name: 'a workspace' }),
    answers: { workspace: {} },
    refusals: { INPUT_INVALID: () => ({ name: '' }) },
  },
  disableChannel: {
    selection: 'channel { isEnabled }',
    works: onBot,
    answers: { channel: { isEnabled: false } },
    refusals: ABOUT_CHANNEL,
  },
  enableChannel: {
    selection: 'channel { isEnabled }',
    works: onBot,
    answers: { channel: { isEnabled: true } },
    refusals: ABOUT_CHANNEL,
  },
  labelConversation: {
    selection: CONVERSATION,
    works: onConversation({ labels: ['vip'] }),
    answers: answersConversation,
    refusals: aboutConversation({ labels: ['vip'] }),
  },
  markConversationRead: {
    selection: CONVERSATION,
    works: onConversation(),
    answers: answersConversation,
    refusals: {
      ...aboutConversation(),
      MESSAGE_NOT_FOUND: ({ thread, nowhere }) => ({
        conversationId: thread.conversationId,
        upToMessageId: nowhere.message,
      }),
    },
  },
  openConversation: {
    selection: CONVERSATION,
    works: onConversation(),
    answers: answersConversation,
    refusals: aboutConversation(),
  },
  refreshCredentials: {
    selection: 'credentials { secretId }',
    async works(stage) {
      const { credentials } = await done<{ credentials: Variables }>(
        ...([stage, 'createCredentials', { name: 'to be renewed', scopes: ['MESSAGES_READ'] }] as const),
        'credentials { secretId refreshToken }',
      );
      return credentials;
    },
    answers: { credentials: {} },
    refusals: { REFRESH_TOKEN_INVALID: () => ({ secretId: 'nothing', refreshToken: 'nothing' }) },
  },
  registerChannelWebhook: {
    selection: 'isConfirmed',
    works: onBot,
    answers: { isConfirmed: true },
    refusals: ABOUT_ACCOUNT,
  },
  resolveMessage: {
    selection: 'message { id }',
    works: ({ unknownId }) => ({ messageId: unknownId, as: 'SENT' }),
    answers: ({ unknownId }) => ({ message: { id: unknownId } }),
    refusals: {
      INPUT_INVALID: () => ({ messageId: 'nothing', as: 'SENT' }),
      MESSAGE_NOT_FOUND: ({ nowhere }) => ({ messageId: nowhere.message, as: 'SENT' }),
      MESSAGE_NOT_UNKNOWN: ({ thread }) => ({ messageId: thread.messageId, as: 'SENT' }),
    },
  },
  resumeWorkspace: {
    selection: WORKSPACE,
    works: async (stage) => ({ id: await newWorkspaceId(stage) }),
    answers: { workspace: {} },
    refusals: { WORKSPACE_NOT_FOUND: noSuchWorkspace },
  },
  revokeApiKey: {
    selection: KEY,
    works: async (stage) => ({ id: await newKey(stage) }),
    answers: { apiKey: {} },
    refusals: { API_KEY_NOT_FOUND: noSuchKey },
  },
  rotateApiKey: {
    selection: `${KEY} secret`,
    works: async (stage) => ({ id: await newKey(stage) }),
    answers: { apiKey: {} },
    refusals: {
      API_KEY_NOT_FOUND: noSuchKey,
      INPUT_INVALID: async (stage) => ({ id: await newKey(stage), overlapSeconds: -1 }),
      async API_KEY_ENDED(stage) {
        const id = await newKey(stage);
        await done(stage, 'revokeApiKey', { id }, KEY);
        return { id };
      },
    },
  },
  sendMessage: {
    selection: 'message { status }',
    works: send({}),
    answers: { message: { status: 'ACCEPTED' } },
    refusals: SENDS,
  },
  sendMessages: {
    selection: 'results { message { status } }',
    works: ({ sendInput }) => ({ messages: [sendInput(), sendInput()] }),
    answers: { results: [{ message: { status: 'ACCEPTED' } }, { message: { status: 'ACCEPTED' } }] },
    refusals: { BATCH_TOO_LARGE: ({ sendInput }) => ({ messages: Array.from({ length: 501 }, () => sendInput()) }) },
  },
  setConversationAttributes: {
    selection: CONVERSATION,
    works: onConversation({ attributes: { tier: 'gold' } }),
    answers: answersConversation,
    refusals: aboutConversation({ attributes: {} }),
  },
  setTyping: { selection: '', works: onConversation(), refusals: aboutConversation() },
  snoozeConversation: {
    selection: CONVERSATION,
    works: (stage) => onConversation({ until: inAnHour() })(stage),
    answers: answersConversation,
    refusals: {
      ...aboutConversation({ until: inAnHour() }),
      async CONVERSATION_CLOSED(stage) {
        const { conversationId } = await stage.newThread();
        await done(stage, 'closeConversation', { conversationId }, 'cursor');
        return { conversationId, until: inAnHour() };
      },
    },
  },
  suspendWorkspace: {
    selection: WORKSPACE,
    works: async (stage) => ({ id: await newWorkspaceId(stage) }),
    answers: { workspace: {} },
    refusals: {
      WORKSPACE_NOT_FOUND: noSuchWorkspace,
      async INPUT_INVALID({ client }) {
        const { viewer } = await client.run<{ viewer: { workspaceId: string } }>('{ viewer { workspaceId } }');
        return { id: viewer.workspaceId };
      },
    },
  },
  unlabelConversation: {
    selection: CONVERSATION,
    works: onConversation({ labels: ['vip'] }),
    answers: answersConversation,
    refusals: aboutConversation({ labels: ['vip'] }),
  },
  updateChannel: {
    selection: 'channel { name }',
    works: ({ botId }) => ({ channelId: botId, name: 'another name' }),
    answers: { channel: { name: 'another name' } },
    refusals: {
      ...ABOUT_CHANNEL,
      INPUT_INVALID: ({ botId }) => ({ channelId: botId, name: '' }),
      SETTINGS_INVALID: ({ botId }) => ({ channelId: botId, settings: { stray: 1 } }),
    },
  },
  verifyChannel: { selection: 'isConfirmed', works: onBot, answers: { isConfirmed: true }, refusals: ABOUT_ACCOUNT },
};
