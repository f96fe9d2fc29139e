import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { CreateApiKeyInput, RevokeApiKeyInput, RotateApiKeyInput } from '../schema/graphql/api-key.input.js';
import {
  CreateApiKeyPayload,
  RevokeApiKeyPayload,
  RotateApiKeyPayload,
  type ApiKey,
} from '../schema/graphql/api-key.type.js';
import type { Connection } from '../schema/graphql/connection.type.js';
import { ApiKeyConnection } from '../schema/graphql/connections.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import { toApiKey, toKeyPayload, toOwnQuota } from './api-key.view.js';
import { toPageRequest } from './arguments.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { toConnection } from './page.view.js';
import { toUserErrors } from './user-error.view.js';

/** A day: long enough to bring the new secret to every place that had the old one. */
const OVERLAP_SECONDS_DEFAULT = 86_400;

@Resolver()
export class ApiKeyResolver {
  @Query(() => ApiKeyConnection, { description: 'The keys of the workspace, oldest first, ended ones too.' })
  apiKeys(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { finders, caller }: RequestContext,
  ): Promise<Connection<ApiKey>> {
    return toConnection(
      toPageRequest(args),
      (request) => finders.apiKeyPage(caller.workspaceId, request),
      (view) => toApiKey(view),
    );
  }

  @Mutation(() => CreateApiKeyPayload, { description: 'Makes a key. Its secret is shown this once.' })
  async createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'The key.' })
    { name, scopes, expiresAt, limits }: CreateApiKeyInput,
    @Ctx() { administration, caller, startedAt }: RequestContext,
  ): Promise<CreateApiKeyPayload> {
    const asked = { name, scopes, expiresAt: expiresAt ?? null, quota: toOwnQuota(limits) };
    return instance(CreateApiKeyPayload, toKeyPayload(await administration.createApiKey(caller, asked, startedAt)));
  }

  @Mutation(() => RotateApiKeyPayload, {
    description: 'Gives a key a new secret, and lets the present one be good for a while beside it.',
  })
  async rotateApiKey(
    @Arg('input', () => RotateApiKeyInput, { description: 'The key, and for how long.' }) input: RotateApiKeyInput,
    @Ctx() { administration, caller, startedAt }: RequestContext,
  ): Promise<RotateApiKeyPayload> {
    const { id, overlapSeconds, limits } = input;
    const asked = { id, overlapSeconds: overlapSeconds ?? OVERLAP_SECONDS_DEFAULT, quota: toOwnQuota(limits) };
    return instance(RotateApiKeyPayload, toKeyPayload(await administration.rotateApiKey(caller, asked, startedAt)));
  }

  @Mutation(() => RevokeApiKeyPayload, {
    description:
      'Ends a key, whatever it holds open within 5 s. It stays listed; to end one that has ended changes nothing. The bootstrap key comes back with the next start.',
  })
  async revokeApiKey(
    @Arg('input', () => RevokeApiKeyInput, { description: 'The key.' }) { id }: RevokeApiKeyInput,
    @Ctx() { administration, caller, startedAt }: RequestContext,
  ): Promise<RevokeApiKeyPayload> {
    const result = await administration.revokeApiKey(caller, id, startedAt);
    return result.ok
      ? instance(RevokeApiKeyPayload, { apiKey: toApiKey(result.value), userErrors: [] })
      : instance(RevokeApiKeyPayload, { apiKey: null, userErrors: toUserErrors(result.refusals) });
  }
}
