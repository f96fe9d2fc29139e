import { withFaults } from '../events/commands/faults.js';
import type { Administration, AdministrationDeps } from './administration.js';
import { createClientTokenCommand } from './create-client-token.js';
import { createCredentialCommands } from './credentials.js';
import { createKeyCommands } from './key-commands.js';
import { createWorkspaceCommands } from './workspaces.js';

const LOOK_AT_KEYS = 'It is not known whether that was done. Look at `apiKeys` before you do it again.';

const LOOK_AT_WORKSPACES = 'It is not known whether that was done. Look at `workspaces` before you do it again.';

const NOT_REFRESHED =
  'It is not known whether the credentials were refreshed. If they were, to show the refresh token again ends them: ask for new ones.';

const ASK_AGAIN = 'No token was made that anybody knows. Ask again.';

/** All changes of access, each told within 5 s what became of it (rule 2). */
export function createAdministration(deps: AdministrationDeps): Administration {
  const keys = createKeyCommands(deps);
  const credentials = createCredentialCommands(deps);
  const createClientToken = createClientTokenCommand(deps);
  const workspaces = createWorkspaceCommands(deps);
  return {
    createApiKey: (caller, input, startedAt) =>
      withFaults(LOOK_AT_KEYS, startedAt, () => keys.createApiKey(caller, input)),
    rotateApiKey: (caller, input, startedAt) =>
      withFaults(LOOK_AT_KEYS, startedAt, () => keys.rotateApiKey(caller, input)),
    revokeApiKey: (caller, id, startedAt) => withFaults(LOOK_AT_KEYS, startedAt, () => keys.revokeApiKey(caller, id)),
    createCredentials: (caller, input, startedAt) =>
      withFaults(LOOK_AT_KEYS, startedAt, () => credentials.createCredentials(caller, input)),
    refreshCredentials: (caller, input, startedAt) =>
      withFaults(NOT_REFRESHED, startedAt, () => credentials.refreshCredentials(caller, input)),
    createClientToken: (caller, input, startedAt) =>
      withFaults(ASK_AGAIN, startedAt, () => createClientToken(caller, input)),
    createWorkspace: (caller, input, startedAt) =>
      withFaults(LOOK_AT_WORKSPACES, startedAt, () => workspaces.createWorkspace(caller, input)),
    suspendWorkspace: (caller, id, startedAt) =>
      withFaults(LOOK_AT_WORKSPACES, startedAt, () => workspaces.suspendWorkspace(caller, id)),
    resumeWorkspace: (caller, id, startedAt) =>
      withFaults(LOOK_AT_WORKSPACES, startedAt, () => workspaces.resumeWorkspace(caller, id)),
    workspacePage: (page) => workspaces.workspacePage(page),
  };
}
