import { createAddContactAddress } from './add-contact-address.js';
import { createAddNote } from './add-note.js';
import { createRegisterChannelWebhook, createVerifyChannel } from './ask-account.js';
import { createCancelScheduledMessage } from './cancel-scheduled-message.js';
import { createChangeChannel } from './change-channel.js';
import { createChangeConversation } from './change-conversation.js';
import { createCreateTemplate, createDeleteTemplate, createUpdateTemplate } from './change-templates.js';
import type { CommandDeps } from './command-deps.js';
import type { Commands } from './commands.js';
import { createCreateChannel } from './create-channel.js';
import { withFaults } from './faults.js';
import { createFreshLookup, createSettle } from './fresh-lookup.js';
import { createMarkConversationRead } from './mark-conversation-read.js';
import { createMergeContacts } from './merge-contacts.js';
import { createPreviewMessage } from './preview-message.js';
import { createResolveMessage } from './resolve-message.js';
import { createSendMessage } from './send-message.js';
import { createSendMessages } from './send-messages.js';
import { createSendSteps } from './send-steps.js';
import { createSetContactAttributes } from './set-contact-attributes.js';
import { createSetContactStanding } from './set-contact-standing.js';
import { createSetTyping } from './set-typing.js';
import { createSyncTemplates } from './sync-templates.js';
import type { TemplateCommands } from './template-commands.js';
import { shareLookups } from './shared-lookups.js';

const PREVIEW_AGAIN = 'What would be sent could not be found out. Ask again.';
const SEND_AGAIN = 'It is not known whether the message was recorded. Send it again with the same idempotencyKey.';
const CANCEL_AGAIN = 'It is not known whether the message was cancelled. Cancel it again: repeating is safe.';
const LOOK_AT_MESSAGE = 'It is not known whether the message was resolved. Look at its status before you do it again.';
const MARK_AGAIN =
  'It is not known whether the read mark was recorded. Mark the conversation again: repeating is safe.';
const CHANGE_AGAIN =
  'It is not known whether this was recorded. Look at the conversation, or do it again: repeating is safe.';
const NOTE_AGAIN = 'It is not known whether the note was recorded. Add it again with the same idempotencyKey.';
const CONTACT_AGAIN =
  'It is not known whether this was recorded. Look at the contact, or do it again: repeating is safe.';
const TYPE_ON = 'It is not known whether anybody was told. Say it again while it is so.';
const LOOK_FIRST = 'It is not known whether the channel was created. Look at `channels` before you create it again.';

const LOOK_AT_TEMPLATES =
  'It is not known whether the template was kept. Look at `templates` before you create it again.';
const CHANGE_TEMPLATE_AGAIN = 'It is not known whether this was done. Do it again: repeating is safe.';
const CHANGE_CHANNEL_AGAIN = 'It is not known whether the channel was changed. Change it again: repeating is safe.';
const ASK_AGAIN = 'Nobody could be asked. Ask again.';
const REGISTER_AGAIN = 'It is not known whether the provider was told. Tell it again: repeating is safe.';

/** Everything that changes something. Refusals are values; faults are thrown as `AppError` (rule 2). */
export function createCommands(deps: CommandDeps): Commands {
  const freshly = createFreshLookup(deps);
  const settle = createSettle(deps);
  const steps = createSendSteps(deps);
  const sendMessage = createSendMessage(steps, { ...deps, freshly });
  const sendMessages = createSendMessages(steps, (caller) => shareLookups(deps, caller), SEND_AGAIN, deps.logger);
  const previewMessage = createPreviewMessage(deps, steps, { ...deps, freshly });
  const cancelScheduledMessage = createCancelScheduledMessage(deps, freshly);
  const resolveMessage = createResolveMessage(deps, freshly);
  const markConversationRead = createMarkConversationRead(deps, freshly);
  const changeConversation = createChangeConversation(deps, settle);
  const addNote = createAddNote(deps, freshly);
  const setContactStanding = createSetContactStanding(deps, freshly, settle);
  const setContactAttributes = createSetContactAttributes(deps, settle);
  const mergeContacts = createMergeContacts(deps, settle);
  const addContactAddress = createAddContactAddress(deps, settle);
  const setTyping = createSetTyping(deps, freshly);
  return {
    sendMessage: (caller, input, startedAt) =>
      withFaults(SEND_AGAIN, startedAt, (givenUp) => sendMessage(caller, input, givenUp)),
    sendMessages,
    previewMessage: (caller, input, startedAt) =>
      withFaults(PREVIEW_AGAIN, startedAt, () => previewMessage(caller, input)),
    cancelScheduledMessage: (caller, input, startedAt) =>
      withFaults(CANCEL_AGAIN, startedAt, (givenUp) => cancelScheduledMessage(caller, input, givenUp)),
    resolveMessage: (caller, input, startedAt) =>
      withFaults(LOOK_AT_MESSAGE, startedAt, (givenUp) => resolveMessage(caller, input, givenUp)),
    markConversationRead: (caller, input, startedAt) =>
      withFaults(MARK_AGAIN, startedAt, (givenUp) => markConversationRead(caller, input, givenUp)),
    changeConversation: (caller, input, startedAt) =>
      withFaults(CHANGE_AGAIN, startedAt, (givenUp) => changeConversation(caller, input, givenUp)),
    addNote: (caller, input, startedAt) =>
      withFaults(NOTE_AGAIN, startedAt, (givenUp) => addNote(caller, input, givenUp)),
    setContactStanding: (caller, input, startedAt) =>
      withFaults(CONTACT_AGAIN, startedAt, (givenUp) => setContactStanding(caller, input, givenUp)),
    setContactAttributes: (caller, input, startedAt) =>
      withFaults(CONTACT_AGAIN, startedAt, (givenUp) => setContactAttributes(caller, input, givenUp)),
    mergeContacts: (caller, input, startedAt) =>
      withFaults(CONTACT_AGAIN, startedAt, (givenUp) => mergeContacts(caller, input, givenUp)),
    addContactAddress: (caller, input, startedAt) =>
      withFaults(CONTACT_AGAIN, startedAt, (givenUp) => addContactAddress(caller, input, givenUp)),
    setTyping: (caller, input, startedAt) =>
      withFaults(TYPE_ON, startedAt, (givenUp) => setTyping(caller, input, givenUp)),
    ...createChannelCommands(deps),
    ...createTemplateCommands(deps),
  };
}

type ChannelCommands = Pick<Commands, 'createChannel' | 'changeChannel' | 'verifyChannel' | 'registerChannelWebhook'>;

function createChannelCommands(deps: CommandDeps): ChannelCommands {
  const createChannel = createCreateChannel(deps);
  const changeChannel = createChangeChannel(deps);
  const verifyChannel = createVerifyChannel(deps);
  const registerChannelWebhook = createRegisterChannelWebhook(deps);
  return {
    createChannel: (caller, input, startedAt) => withFaults(LOOK_FIRST, startedAt, () => createChannel(caller, input)),
    changeChannel: (caller, input, startedAt) =>
      withFaults(CHANGE_CHANNEL_AGAIN, startedAt, () => changeChannel(caller, input)),
    verifyChannel: (caller, input, startedAt) => withFaults(ASK_AGAIN, startedAt, () => verifyChannel(caller, input)),
    registerChannelWebhook: (caller, input, startedAt) =>
      withFaults(REGISTER_AGAIN, startedAt, () => registerChannelWebhook(caller, input)),
  };
}

function createTemplateCommands(deps: CommandDeps): TemplateCommands {
  const createTemplate = createCreateTemplate(deps);
  const updateTemplate = createUpdateTemplate(deps);
  const deleteTemplate = createDeleteTemplate(deps);
  const syncTemplates = createSyncTemplates(deps);
  return {
    createTemplate: (caller, input, startedAt) =>
      withFaults(LOOK_AT_TEMPLATES, startedAt, () => createTemplate(caller, input)),
    updateTemplate: (caller, input, startedAt) =>
      withFaults(CHANGE_TEMPLATE_AGAIN, startedAt, () => updateTemplate(caller, input)),
    deleteTemplate: (caller, input, startedAt) =>
      withFaults(CHANGE_TEMPLATE_AGAIN, startedAt, () => deleteTemplate(caller, input)),
    syncTemplates: (caller, input, startedAt) =>
      withFaults(CHANGE_TEMPLATE_AGAIN, startedAt, () => syncTemplates(caller, input)),
  };
}
