import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { AccessResult, Credentials as Issued } from '../access/administration.js';
import {
  CreateCredentialsInput,
  CreateCredentialsPayload,
  Credentials,
  RefreshCredentialsInput,
  RefreshCredentialsPayload,
} from '../schema/graphql/credentials.type.js';
import { toApiKey, toOwnQuota } from './api-key.view.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { toUserErrors } from './user-error.view.js';

@Resolver()
export class CredentialsResolver {
  @Mutation(() => CreateCredentialsPayload, {
    description: 'Makes a key whose secret lives for an hour and is refreshed. What it answers is shown this once.',
  })
  async createCredentials(
    @Arg('input', () => CreateCredentialsInput, { description: 'The credentials.' })
    { name, scopes, expiresAt, limits }: CreateCredentialsInput,
    @Ctx() { administration, caller, startedAt }: RequestContext,
  ): Promise<CreateCredentialsPayload> {
    const asked = { name, scopes, expiresAt: expiresAt ?? null, quota: toOwnQuota(limits) };
    return instance(
      CreateCredentialsPayload,
      toPayload(await administration.createCredentials(caller, asked, startedAt)),
    );
  }

  @Mutation(() => RefreshCredentialsPayload, {
    description:
      'Exchanges the refresh token for a new access token and a new refresh token; the former access token ends. With the access token gone, show the secret id as the key of this request. A refresh token that was used before ends the credentials.',
  })
  async refreshCredentials(
    @Arg('input', () => RefreshCredentialsInput, { description: 'The credentials.' })
    { secretId, refreshToken }: RefreshCredentialsInput,
    @Ctx() { administration, caller, startedAt }: RequestContext,
  ): Promise<RefreshCredentialsPayload> {
    const asked = { secretId, refreshToken };
    return instance(
      RefreshCredentialsPayload,
      toPayload(await administration.refreshCredentials(caller, asked, startedAt)),
    );
  }
}

const toPayload = (result: AccessResult<Issued>) =>
  result.ok
    ? { credentials: toCredentials(result.value), userErrors: [] }
    : { credentials: null, userErrors: toUserErrors(result.refusals) };

const toCredentials = (issued: Issued): Credentials =>
  instance(Credentials, {
    apiKey: toApiKey(issued.key),
    accessToken: issued.accessToken,
    accessTokenExpiresAt: issued.accessTokenExpiresAt.toISOString(),
    secretId: issued.secretId,
    refreshToken: issued.refreshToken,
    refreshTokenExpiresAt: issued.refreshTokenExpiresAt.toISOString(),
  });
