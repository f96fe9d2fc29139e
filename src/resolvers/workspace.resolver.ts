import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { AccessResult, WorkspaceDetails } from '../access/administration.js';
import type { Connection } from '../schema/graphql/connection.type.js';
import { WorkspaceConnection } from '../schema/graphql/connections.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import {
  CreateWorkspaceInput,
  CreateWorkspacePayload,
  ResumeWorkspaceInput,
  ResumeWorkspacePayload,
  SuspendWorkspaceInput,
  SuspendWorkspacePayload,
  Workspace,
} from '../schema/graphql/workspace.type.js';
import { toApiKey } from './api-key.view.js';
import { toPageRequest } from './arguments.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { toConnection } from './page.view.js';
import { toUserErrors } from './user-error.view.js';

@Resolver()
export class WorkspaceResolver {
  @Query(() => WorkspaceConnection, { description: 'The workspaces of this instance, oldest first.' })
  workspaces(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { administration }: RequestContext,
  ): Promise<Connection<Workspace>> {
    return toConnection(toPageRequest(args), (request) => administration.workspacePage(request), toWorkspace);
  }

  @Mutation(() => CreateWorkspacePayload, { description: 'Makes a workspace, with a key that administers it.' })
  async createWorkspace(
    @Arg('input', () => CreateWorkspaceInput, { description: 'The workspace.' }) { name }: CreateWorkspaceInput,
    @Ctx() { administration, caller, startedAt }: RequestContext,
  ): Promise<CreateWorkspacePayload> {
    const result = await administration.createWorkspace(caller, { name }, startedAt);
    if (!result.ok)
      return instance(CreateWorkspacePayload, {
        ...{ workspace: null, apiKey: null, secret: null },
        userErrors: toUserErrors(result.refusals),
      });
    const { workspace, key, secret } = result.value;
    return instance(CreateWorkspacePayload, {
      ...{ workspace: toWorkspace(workspace), apiKey: toApiKey(key), secret, userErrors: [] },
    });
  }

  @Mutation(() => SuspendWorkspacePayload, {
    description:
      'Lets a workspace rest: its keys open nothing, what they hold open ends within 5 s, and what waits to be sent goes on waiting. Webhooks of its providers are taken as ever, so that nothing is lost.',
  })
  async suspendWorkspace(
    @Arg('input', () => SuspendWorkspaceInput, { description: 'The workspace.' }) { id }: SuspendWorkspaceInput,
    @Ctx() { administration, caller, startedAt }: RequestContext,
  ): Promise<SuspendWorkspacePayload> {
    return instance(SuspendWorkspacePayload, toPayload(await administration.suspendWorkspace(caller, id, startedAt)));
  }

  @Mutation(() => ResumeWorkspacePayload, { description: 'Lets a workspace go on where it stood.' })
  async resumeWorkspace(
    @Arg('input', () => ResumeWorkspaceInput, { description: 'The workspace.' }) { id }: ResumeWorkspaceInput,
    @Ctx() { administration, caller, startedAt }: RequestContext,
  ): Promise<ResumeWorkspacePayload> {
    return instance(ResumeWorkspacePayload, toPayload(await administration.resumeWorkspace(caller, id, startedAt)));
  }
}

const toWorkspace = ({ id, name, createdAt, suspendedAt }: WorkspaceDetails): Workspace =>
  instance(Workspace, {
    ...{ id, name, createdAt: createdAt.toISOString() },
    suspendedAt: suspendedAt?.toISOString() ?? null,
  });

const toPayload = (result: AccessResult<WorkspaceDetails>) =>
  result.ok
    ? { workspace: toWorkspace(result.value), userErrors: [] }
    : { workspace: null, userErrors: toUserErrors(result.refusals) };
