import { z } from 'zod';
import type { Exchange } from '../support/recording-proxy.js';

/** What Parley was told about one message: by answers, look-ups and webhooks that it took. */
export interface Told {
  /** Calls that the carrier judged: all but those that it turned away. */
  judged: number;
  /** The last judged call's answer, or a look-up's. */
  answer: 'accepted' | 'refused' | 'none';
  readonly receipts: string[];
}

export interface Truth {
  /** By the message's id. */
  readonly messages: ReadonlyMap<string, Told>;
  /** By phone number: the words of each reply under its id. */
  readonly replies: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** What the chaos did: webhooks that came again, receipts behind a later one's, first receipts that never came, lines. */
  readonly counts: {
    readonly repeated: number;
    readonly reordered: number;
    readonly lost: number;
    readonly dropped: number;
  };
}

const callBody = z.object({ reference: z.string() });
const webhook = z.object({
  id: z.string(),
  status: z.string().optional(),
  reference: z.string().optional(),
  from: z.string().optional(),
  content: z.object({ text: z.string() }).optional(),
});
const TURNED_AWAY: ReadonlySet<number | undefined> = new Set([429, 503]);
const LADDER = ['sent', 'failed', 'delivered', 'read'];
const STATUSES = ['SENT', 'DELIVERY_FAILED', 'DELIVERED', 'READ'];

const messageOf = (reference: string) => reference.split('.')[0] ?? '';

/** Reads what went between Parley and its carrier. */
export function truthOf(calls: readonly Exchange[], webhooks: readonly Exchange[]): Truth {
  const messages = new Map<string, Told>();
  const toldOf = (reference: string): Told => {
    const id = messageOf(reference);
    const told = messages.get(id) ?? { judged: 0, answer: 'none', receipts: [] };
    messages.set(id, told);
    return told;
  };
  for (const { request, status } of calls) {
    if (request.method === 'GET') continue;
    const told = toldOf(callBody.parse(JSON.parse(request.body.toString())).reference);
    if (TURNED_AWAY.has(status)) continue;
    told.judged += 1;
    if (status !== undefined) told.answer = status === 202 ? 'accepted' : 'refused';
  }
  const dropped = [...messages.values()].filter(({ judged, answer }) => judged > 0 && answer === 'none').length;
  noteLookUps(calls, toldOf);
  const replies = new Map<string, Map<string, string>>();
  for (const { request, status } of webhooks) {
    if (status !== 200) continue;
    const { id, from, content, ...receipt } = webhook.parse(JSON.parse(request.body.toString()));
    if (receipt.reference !== undefined && receipt.status !== undefined)
      toldOf(receipt.reference).receipts.push(receipt.status);
    else if (from !== undefined) replies.set(from, new Map(replies.get(from)).set(id, content?.text ?? ''));
  }
  return { messages, replies, counts: { ...countsOf([...messages.values()]), dropped } };
}

function noteLookUps(calls: readonly Exchange[], toldOf: (reference: string) => Told): void {
  for (const { request, status, body } of calls) {
    if (request.method !== 'GET' || status !== 200) continue;
    const reference = new URLSearchParams(request.url.split('?')[1]).get('reference') ?? '';
    toldOf(reference).answer = 'id' in (JSON.parse(body) as object) ? 'accepted' : 'refused';
  }
}

/** The one status that rule 13 makes of it. */
export function judge(told: Told | undefined): string {
  if (told === undefined) return 'ACCEPTED';
  const best = Math.max(...told.receipts.map((status) => LADDER.indexOf(status)));
  if (best >= 0) return STATUSES[best] ?? '';
  if (told.answer === 'none') return told.judged > 0 ? 'OUTCOME_UNKNOWN' : 'PROCESSING';
  return told.answer === 'accepted' ? 'PROCESSING' : 'SENDING_FAILED';
}

function countsOf(messages: readonly Told[]) {
  const ranks = messages.map(({ receipts }) => receipts.map((status) => LADDER.indexOf(status)));
  return {
    repeated: ranks.filter((each) => new Set(each).size < each.length).length,
    reordered: ranks.filter((each) => each.some((rank, index) => rank < (each[index - 1] ?? rank))).length,
    lost: messages.filter(({ answer, receipts }) => answer === 'accepted' && !receipts.includes('sent')).length,
  };
}

/** How many came within the last so many milliseconds. */
export function newWebhooksWithin(webhooks: readonly Exchange[], ms: number): number {
  const since = Date.now() - ms;
  return webhooks.filter(({ at }) => at >= since).length;
}
