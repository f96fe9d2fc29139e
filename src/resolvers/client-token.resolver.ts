import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { CreateClientTokenInput, CreateClientTokenPayload } from '../schema/graphql/client-token.type.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { toUserErrors } from './user-error.view.js';

/** Null means the same as absent. */
const SECONDS_DEFAULT = 3_600;

@Resolver()
export class ClientTokenResolver {
  @Mutation(() => CreateClientTokenPayload, {
    description:
      'Makes a token for a browser: it reads the conversations that it names, those with the contacts that it names, and their messages, live too. It ends with the key that made it.',
  })
  async createClientToken(
    @Arg('input', () => CreateClientTokenInput, { description: 'What it may read, and for how long.' })
    { conversationIds, contactIds, expiresInSeconds }: CreateClientTokenInput,
    @Ctx() { administration, caller, startedAt }: RequestContext,
  ): Promise<CreateClientTokenPayload> {
    const asked = {
      ...{ conversationIds: conversationIds ?? [], contactIds: contactIds ?? [] },
      expiresInSeconds: expiresInSeconds ?? SECONDS_DEFAULT,
    };
    const result = await administration.createClientToken(caller, asked, startedAt);
    return result.ok
      ? instance(CreateClientTokenPayload, {
          ...{ token: result.value.token, expiresAt: result.value.expiresAt.toISOString(), userErrors: [] },
        })
      : instance(CreateClientTokenPayload, {
          ...{ token: null, expiresAt: null, userErrors: toUserErrors(result.refusals) },
        });
  }
}
