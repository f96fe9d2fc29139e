import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { ShownCall } from '../providers/shown-call.js';
import { PreviewMessageInput } from '../schema/graphql/message.input.js';
import { PreviewedCall, PreviewMessagePayload } from '../schema/graphql/preview.type.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { toPreviewMessage } from './send-message.translate.js';
import { toUserErrors } from './user-error.view.js';

@Resolver()
export class PreviewResolver {
  @Query(() => PreviewMessagePayload, {
    description:
      'Exactly what the provider would get if this message were sent now, without sending or recording anything. It refuses what `sendMessage` refuses.',
  })
  async previewMessage(
    @Arg('input', () => PreviewMessageInput, { description: 'The message.' }) input: PreviewMessageInput,
    @Ctx() { commands, caller, startedAt, publicUrl }: RequestContext,
  ): Promise<PreviewMessagePayload> {
    const asked = { ...toPreviewMessage(input), publicUrl: publicUrl() };
    const result = await commands.previewMessage(caller, asked, startedAt);
    if (!result.ok) {
      const userErrors = toUserErrors(result.userErrors);
      return instance(PreviewMessagePayload, { calls: [], degradedFrom: null, userErrors });
    }
    const { calls, degradedFrom = null } = result.value;
    return instance(PreviewMessagePayload, { calls: calls.map(toCall), degradedFrom, userErrors: [] });
  }
}

const toCall = ({ method, url, headers, body }: ShownCall): PreviewedCall =>
  instance(PreviewedCall, { method, url, headers, body: (body as Record<string, unknown> | undefined) ?? null });
