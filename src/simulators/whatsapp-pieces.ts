import { z } from 'zod';

// What every WhatsApp API takes alike: on premises, in the cloud, and at whoever passes it on.

export const words = (max: number) => z.string().min(1).max(max);
export const link = z.url({ protocol: /^https?$/ });
export const file = (more: z.ZodRawShape = {}) =>
  z.union([z.strictObject({ link, ...more }), z.strictObject({ id: words(255), ...more })]);
export const caption = { caption: words(1_024).optional() };
export const captioned = file(caption);

export const titled = z.strictObject({ type: z.literal('text'), text: words(60) });
export const picture = z.strictObject({ type: z.literal('image'), image: file() });
export const film = z.strictObject({ type: z.literal('video'), video: file() });
export const body = z.strictObject({ text: words(1_024) });
export const footer = z.strictObject({ text: words(60) }).optional();

const row = z.strictObject({ id: words(200), title: words(24), description: words(72).optional() });
export const sections = z
  .array(z.strictObject({ title: words(24).optional(), rows: z.array(row).min(1) }))
  .min(1)
  .max(10)
  .refine((all) => all.reduce((rows, section) => rows + section.rows.length, 0) <= 10, 'At most 10 rows.')
  .refine((all) => all.length === 1 || all.every(({ title }) => title !== undefined), 'Each section needs a title.');

export const location = z.strictObject({
  ...{ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) },
  ...{ name: words(1_000).optional(), address: words(1_000).optional() },
});
export const reaction = z.strictObject({ message_id: words(255), emoji: z.string().max(64) });
export const context = z.strictObject({ message_id: words(255) }).optional();
export const recipientType = z.enum(['individual', 'group']).optional();
