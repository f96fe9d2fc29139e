import type { Reader } from './frame.js';
import type { Interpretation } from '../../provider.js';
import { timeOf } from '../time.js';
import { delivery, read } from './wire.js';

/** The messages that it names, and everything up to a time. */
export const interpretDelivery: Reader = (said, { address, at }) => {
  const told = delivery.safeParse(said);
  if (!told.success) return undefined;
  const { mids = [], watermark } = told.data;
  const time = timeOf(watermark);
  const facts = { status: 'delivered', occurredAt: at ?? time } as const;
  const all: readonly Interpretation[] = [
    ...mids.map((providerMessageId) => ({ kind: 'receipt' as const, providerMessageId, ...facts })),
    ...(time === undefined ? [] : [{ kind: 'watermark' as const, address, upTo: { time }, ...facts }]),
  ];
  return all.length === 0 ? undefined : all;
};

/** Up to a time, or up to a message and with it: then that one is surely read. */
export const interpretRead: Reader = (said, { address, at }) => {
  const told = read.safeParse(said);
  if (!told.success) return undefined;
  const facts = { status: 'read', occurredAt: at } as const;
  if ('mid' in told.data) {
    const { mid: providerMessageId } = told.data;
    return [
      { kind: 'receipt', providerMessageId, ...facts },
      { kind: 'watermark', address, upTo: { providerMessageId }, ...facts },
    ];
  }
  const time = timeOf(told.data.watermark);
  if (time === undefined) return undefined;
  return [{ kind: 'watermark', address, upTo: { time }, ...facts, occurredAt: at ?? time }];
};
