import { recordAudit } from '../../access/audit.js';
import type { Caller } from '../../access/caller.js';
import type { Channel } from '../../providers/channel.js';
import type { AccountAnswer } from '../../providers/provider.js';
import { webhookUrlOf } from '../../providers/registry.js';
import type { MessageFailure } from '../message/state.js';
import { findOwnChannel } from './change-channel.js';
import { tellChannel } from './channel-form.js';
import type { CommandDeps } from './command-deps.js';
import type { AskedAccount, CommandResult, RegisterChannelWebhook, UserError, VerifyChannel } from './commands.js';

/** Whoever asks is told within 5 s (rule 2). */
const CALL_MS = 4_000;

/** Asks the provider, by a call that changes nothing, whether it knows us by a channel's credentials. */
export function createVerifyChannel(deps: CommandDeps) {
  return async (caller: Caller, { channelId }: VerifyChannel): Promise<CommandResult<AskedAccount>> => {
    const found = await findOwnChannel(deps, caller, channelId);
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const { channel, adapter } = found.value;
    if (adapter.verifyCredentials === undefined) return lacking('This provider has no call that proves credentials.');
    const answer = await guarded(() =>
      adapter.verifyCredentials?.({ ...about(channel), signal: AbortSignal.timeout(CALL_MS) }),
    );
    return { ok: true, value: { channelId: channel.id, ...saidBy(answer) }, cursor: deps.feed.tail() };
  };
}

/** Tells the provider where to post a channel's webhooks. */
export function createRegisterChannelWebhook(deps: CommandDeps) {
  return async (caller: Caller, input: RegisterChannelWebhook): Promise<CommandResult<AskedAccount>> => {
    const found = await findOwnChannel(deps, caller, input.channelId);
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const { channel, adapter } = found.value;
    if (adapter.registerWebhook === undefined)
      return lacking("This provider has no call for that: set the channel's `webhookUrl` in its console.");
    const webhookUrl = webhookUrlOf(input.publicUrl, channel);
    // Written down before it is done: a call whose answer never came may have been heard.
    const audited = { action: 'channel.register_webhook', subjectId: channel.id, actorKeyId: caller.keyId } as const;
    const event = await deps.database.transaction((tx) =>
      recordAudit(tx, { ...audited, workspaceId: caller.workspaceId }, deps.clock.now()),
    );
    await tellChannel(deps, channel.id, [event]);
    const answer = await guarded(() =>
      adapter.registerWebhook?.({ ...about(channel), webhookUrl, signal: AbortSignal.timeout(CALL_MS / 2) }),
    );
    return { ok: true, value: { channelId: channel.id, ...saidBy(answer) }, cursor: deps.feed.tail() };
  };
}

const lacking = (message: string): { readonly ok: false; readonly userErrors: readonly UserError[] } => ({
  ok: false,
  userErrors: [{ code: 'INPUT_INVALID', message, field: ['channelId'] }],
});

/** Which channel is asked about. */
export const about = ({ id, platform, settings }: Channel) => ({ channelId: id, platform, settings });

/** An adapter that throws breaks its promise, and has told nothing. */
export async function guarded<Answer>(ask: () => Promise<Answer> | undefined): Promise<Answer | typeof UNKNOWN> {
  try {
    return (await ask()) ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

export const UNKNOWN = { kind: 'unknown' } as const satisfies AccountAnswer;

const NOT_THERE: MessageFailure = {
  ...{ code: 'PROVIDER_UNAVAILABLE', isRetryable: true },
  ...{ providerCode: null, providerMessage: null },
};

function saidBy(answer: AccountAnswer): Omit<AskedAccount, 'channelId'> {
  if (answer.kind === 'confirmed') return { isConfirmed: true, account: answer.account ?? null, failure: null };
  return { isConfirmed: false, account: null, failure: failureOf(answer) };
}

/** Why it was of no use. */
export function failureOf(answer: Exclude<AccountAnswer, { readonly kind: 'confirmed' }>): MessageFailure {
  if (answer.kind !== 'refused') return NOT_THERE;
  const { code, isRetryable, providerCode = null } = answer.failure;
  const { providerMessage = null } = answer;
  return { code, isRetryable, providerCode, providerMessage };
}
