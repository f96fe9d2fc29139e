import type { Caller } from '../../access/caller.js';
import type { AskWindow } from '../../providers/ask-window.js';
import type { Channel } from '../../providers/channel.js';
import type { Capabilities, ProviderAdapter } from '../../providers/provider.js';
import type { Bar } from '../contact/state.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import type { MessageId } from '../kernel/ids.js';
import { traced, type TraceContext } from '../kernel/trace-context.js';
import type { ContentKind, MessageContent } from '../message/content.js';
import { decideSend, judgeContent, type Acceptance } from '../message/decide.js';
import { nearestForm } from '../message/degrade.js';
import { parseSendForm, type SendForm } from '../message/send-form.js';
import { passageOf, type WindowFacts } from '../message/service-window.js';
import type { Thread, ThreadRequest } from '../outbox/address-book.js';
import { followMoves } from '../outbox/address-moves.js';
import type { CommandDeps } from './command-deps.js';
import type { RefuseBacklog } from './backlog.js';
import type { SendMessage, UserError } from './commands.js';
import { findWindow } from './find-window.js';
import type { FreshLookup } from './fresh-lookup.js';
import { asKept, type FindTemplates } from './kept-template.js';
import { refuseNamedMessages } from './named-messages.js';
import { resolveRecipient } from './recipient.js';

/** A send that is judged and may go. */
export interface ReadySend {
  readonly request: ThreadRequest;
  /** Undefined: nobody was written to at this address yet. */
  readonly thread: Thread | undefined;
  readonly route: Route;
  /** As it goes: its channel's plain form of what was given, where it doesn't carry that. */
  readonly content: MessageContent;
  readonly degradedFrom: ContentKind | undefined;
  readonly acceptance: Acceptance;
  /** By which exception it goes, as things are now. */
  readonly windowTag: string | undefined;
}

/** Made when a send comes in, so that of those that come in one after another ids and times rise, whatever each has to ask. */
export interface Arrival {
  readonly messageId: MessageId;
  readonly now: Date;
  /** In which trace it came in. */
  readonly trace?: TraceContext | undefined;
}

export interface Lookups {
  readonly freshly: FreshLookup;
  readonly findThread: (request: ThreadRequest) => Promise<Thread | undefined>;
  readonly findTemplates: FindTemplates;
  readonly refuseBacklog: RefuseBacklog;
  readonly askWindow: AskWindow;
}

/** Everything that may refuse a send, in the order in which it can be known. Writes nothing. */
export async function judgeSend(
  deps: CommandDeps,
  { freshly, findThread, findTemplates, refuseBacklog, askWindow }: Lookups,
  caller: Caller,
  input: SendMessage,
  arrival: Arrival,
  key: { readonly key: string; readonly requestHash: string } | undefined,
): Promise<Decision<ReadySend, UserError>> {
  const form = parseSendForm(input, deps.urlRules);
  if (!form.ok) return form;
  const route = await findRoute(deps, caller, form.value);
  if (!route.ok) return route;
  const { channel, adapter } = route.value;
  // What is scheduled joins the queue when it is due.
  const isForNow = form.value.scheduledAt === undefined;
  const backlogged = isForNow ? refuseBacklog(channel.id, adapter.rateOf(channel.settings)) : undefined;
  if (backlogged !== undefined) return refused(backlogged);
  const address = await resolveRecipient({ ...deps, freshly }, caller, channel, adapter, form.value.recipient);
  if (!address.ok) return address;
  const asked = { workspaceId: caller.workspaceId, channelId: channel.id, address: address.value };
  const { request, thread } = await findCurrent(deps, findThread, { ...asked, ...traced(arrival.trace) });
  if (thread?.bar !== undefined) return refused(barred(thread.bar, form.value.recipient.field));
  const named = await refuseNamedMessages({ ...deps, freshly }, caller, form.value, thread);
  if (named !== undefined) return refused(named);
  const capabilities = adapter.capabilitiesOf(channel.platform, channel.settings);
  const kept = await asKept(findTemplates, request, form.value.content);
  if (!kept.ok) return kept;
  const carried = carriedForm(kept.value, route.value, capabilities);
  const said = { ...form.value, content: carried.content };
  const how = { ...arrival, capabilities, degradedFrom: carried.degradedFrom, idempotency: key };
  const window = await findWindow({ ...deps, freshly, askWindow }, said, route.value, request, thread, how);
  const acceptance = decide(deps, said, route.value, request, window, how);
  if (!acceptance.ok) return acceptance;
  const passage = passageOf(said, capabilities, window, arrival.now);
  return accepted({
    ...{ request, thread, route: route.value, ...carried, acceptance: acceptance.value },
    windowTag: passage.isOpen ? passage.tag : undefined,
  });
}

/** Who went over to another address is written to there. */
async function findCurrent(
  { database: { orm }, addressBook }: CommandDeps,
  findThread: Lookups['findThread'],
  request: ThreadRequest,
): Promise<{ readonly request: ThreadRequest; readonly thread: Thread | undefined }> {
  const known = await findThread(request);
  if (known?.moved === undefined) return { request, thread: known };
  const { address, thread } = await followMoves(orm, addressBook, request, known);
  return { request: { ...request, address }, thread };
}

interface Carried {
  readonly content: MessageContent;
  readonly degradedFrom: ContentKind | undefined;
}

/** As it is where nobody asked for anything else, where the channel carries it, and where it carries no plain form either. */
function carriedForm(content: MessageContent, { channel, adapter }: Route, capabilities: Capabilities): Carried {
  const asItIs = { content, degradedFrom: undefined };
  if (!channel.degradeUnsupported) return asItIs;
  const { platform, settings } = channel;
  const isCarried = (form: MessageContent) =>
    judgeContent(form, capabilities, adapter.refuse?.(form, platform, settings) ?? []).length === 0;
  const plain = isCarried(content) ? undefined : nearestForm(content, isCarried);
  return plain === undefined ? asItIs : { content: plain, degradedFrom: content.kind };
}

const BAR_SAYS: Readonly<Record<Bar, string>> = {
  RECIPIENT_OPTED_OUT: 'The contact does not want to be written to. Only `optInContact` ends that.',
  RECIPIENT_BLOCKED: 'The contact is blocked here. `unblockContact` ends that.',
};
const barred = (bar: Bar, field: readonly string[]): UserError => ({ code: bar, message: BAR_SAYS[bar], field });

/** What a send goes through. */
export interface Route {
  readonly channel: Channel;
  readonly adapter: ProviderAdapter;
}

/** The caller's channel and what speaks for it. An unknown and a foreign channel are the same refusal. */
async function findRoute(
  { directory, providers }: CommandDeps,
  caller: Caller,
  form: SendForm,
): Promise<Decision<Route, UserError>> {
  const field = ['channelId'];
  const channel = await directory.find(form.channelId);
  if (channel === undefined || channel.workspaceId !== caller.workspaceId)
    return refused({ code: 'CHANNEL_NOT_FOUND', message: 'No such channel.', field });
  const adapter = providers.get(channel.provider);
  if (!channel.isEnabled || adapter === undefined)
    return refused({ code: 'CHANNEL_DISABLED', message: 'This channel does not send at the moment.', field });
  return accepted({ channel, adapter });
}

type HowJudged = Arrival &
  Pick<Carried, 'degradedFrom'> & {
    readonly capabilities: Capabilities;
    readonly idempotency: { readonly key: string; readonly requestHash: string } | undefined;
  };

function decide(
  { identity }: CommandDeps,
  form: SendForm,
  { channel: { platform, settings }, adapter }: Route,
  { workspaceId, address }: ThreadRequest,
  window: WindowFacts,
  said: HowJudged,
): Decision<Acceptance, UserError> {
  return decideSend(form, {
    ...{ workspaceId, address, parts: adapter.partsOf(form.content, platform), ...said, window },
    refusals: adapter.refuse?.(form.content, platform, settings) ?? [],
    eventId: identity.ofAcceptance(said.messageId),
  });
}
