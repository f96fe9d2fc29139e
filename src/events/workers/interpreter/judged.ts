import type { ChannelPlatform } from '../../channel/events.js';
import { isShallow } from '../../../providers/nesting.js';
import type { Interpretation, ProviderAdapter } from '../../../providers/provider.js';

const PROVIDER_ID_LENGTH_MAX = 255;
const ADDRESS_LENGTH_MAX = 255;
const NAME_LENGTH_MAX = 255;
const WORDS_LENGTH_MAX = 1_000;
const OCCASION_LENGTH_MAX = 255;
/** UTF-16 units. The longest emoji of Unicode's own list have fewer than 20. */
const EMOJI_LENGTH_MAX = 64;

/** What becomes of a webhook's entry: an event, or nothing. */
export type Judged = Extract<
  Interpretation,
  {
    kind:
      | ('received' | 'receipt' | 'watermark' | 'echoed' | 'deleted' | 'edited' | 'reacted' | 'address_changed')
      | ('ignored' | 'uninterpreted');
  }
>;

/**
 * What an adapter read, fit to be kept: addresses in the one spelling that names a thread, ids and names bounded and
 * without what can't stand in a row or in a line of the log. What isn't fit becomes `uninterpreted`.
 */
export function judged(
  said: Interpretation,
  adapter: Pick<ProviderAdapter, 'normalizeAddress'>,
  platform: ChannelPlatform,
): Judged {
  if (said.kind === 'uninterpreted' || said.kind === 'ignored')
    return { ...said, reason: clean(said.reason, WORDS_LENGTH_MAX) };
  // It came beside something that was kept: by now it is late, and it was live only.
  if (said.kind === 'typing') return { kind: 'ignored', reason: 'Typing is not kept.' };
  if ('providerMessageId' in said && !isFitId(said.providerMessageId))
    return unfit('The provider message id is empty, too long or not printable.');
  if (said.occurredAt !== undefined && Number.isNaN(said.occurredAt.getTime())) return unfit('The time is no time.');
  const occurredAt = plausible(said.occurredAt);
  if (said.kind === 'receipt') return { ...judgedReceipt(said), occurredAt };
  const normalized = (given: string) => {
    const address = adapter.normalizeAddress(platform, given);
    return address !== undefined && address.length <= ADDRESS_LENGTH_MAX ? address : undefined;
  };
  if (said.kind === 'address_changed') return judgedMove({ ...said, occurredAt }, normalized);
  const address = normalized(said.address);
  if (address === undefined) return unfit('The sender is no address.');
  if (said.kind === 'watermark') return judgedWatermark({ ...said, address, occurredAt });
  if (said.kind === 'received') return { ...judgedReceived(said), address, occurredAt };
  if (said.kind === 'echoed') return { ...said, ...judgedMessage(said), address, occurredAt };
  if (said.kind === 'deleted') return { ...said, address, occurredAt };
  const occasion = clean(said.occasion, OCCASION_LENGTH_MAX);
  if (said.kind === 'edited') return { ...said, address, occurredAt, occasion };
  const { emoji } = said;
  if (emoji !== null && emoji.length > EMOJI_LENGTH_MAX) return unfit('What it reacts with is no emoji.');
  const shown = emoji === null ? null : clean(emoji, EMOJI_LENGTH_MAX).trim() || null;
  return { ...said, address, occurredAt, emoji: shown, occasion };
}

function judgedMove(
  said: Extract<Interpretation, { kind: 'address_changed' }>,
  normalized: (address: string) => string | undefined,
): Judged {
  const [from, to] = [normalized(said.from), normalized(said.to)];
  if (from === undefined || to === undefined) return unfit('It changed from or to what is no address.');
  return from === to ? { kind: 'ignored', reason: 'Another spelling of the same address.' } : { ...said, from, to };
}

type SaidMessage = Extract<Interpretation, { kind: 'received' | 'echoed' }>;

function judgedReceived(said: Extract<SaidMessage, { kind: 'received' }>) {
  const displayName = clean(said.displayName ?? '', NAME_LENGTH_MAX).trim();
  return { ...said, ...judgedMessage(said), displayName: displayName === '' ? undefined : displayName };
}

/**
 * An unfit id is nobody's, and Postgres can't even be asked for one with a NUL. Data that nobody could write down any more
 * are left out: the message counts, and the raw webhook has them.
 */
function judgedMessage({ replyToProviderMessageId, providerContactId, providerData }: SaidMessage) {
  const fit = (id: string | undefined) => (id !== undefined && isFitId(id) ? id : undefined);
  return {
    ...{ replyToProviderMessageId: fit(replyToProviderMessageId), providerContactId: fit(providerContactId) },
    providerData: isShallow(providerData) ? providerData : undefined,
  };
}

/** The first moment whose year has more than four digits: what is written of it isn't read by Postgres, nor by our schemas. */
const TIME_END_MS = Date.UTC(10_000, 0);

/**
 * A time that nobody set, such as 0001-01-01, counts as none given. Postgres has no year 0, and an event that says so
 * would stop the projector for good.
 */
const plausible = (time: Date | undefined): Date | undefined =>
  time !== undefined && time.getTime() > 0 && time.getTime() < TIME_END_MS ? time : undefined;

type SaidReceipt = Extract<Interpretation, { kind: 'receipt' }>;

function judgedReceipt(said: SaidReceipt): SaidReceipt {
  const { failure, providerMessage } = said;
  const providerCode = failure?.providerCode;
  return {
    ...said,
    ...(failure && providerCode !== undefined
      ? { failure: { ...failure, providerCode: clean(providerCode, WORDS_LENGTH_MAX) } }
      : {}),
    ...(providerMessage === undefined ? {} : { providerMessage: clean(providerMessage, WORDS_LENGTH_MAX) }),
  };
}

function judgedWatermark(said: Extract<Interpretation, { kind: 'watermark' }>): Judged {
  const { upTo } = said;
  if ('time' in upTo) return plausible(upTo.time) === undefined ? unfit('It reaches up to no time.') : said;
  return isFitId(upTo.providerMessageId) ? said : unfit('It reaches up to what can be no message.');
}

const unfit = (reason: string): Judged => ({ kind: 'uninterpreted', reason });

/** With the `u` flag `\p{Cs}` matches only surrogates that stand alone. */
const UNFIT_CHARACTERS = /[\p{Cc}\p{Cs}]/gu;

const isFitId = (id: string): boolean =>
  id !== '' && id.length <= PROVIDER_ID_LENGTH_MAX && !/[\p{Cc}\p{Cs}]/u.test(id);

const clean = (text: string, lengthMax: number): string => text.slice(0, lengthMax).replace(UNFIT_CHARACTERS, ' ');
