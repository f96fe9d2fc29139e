import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../../src/access/caller.js';
import type { SendMessage } from '../../../src/events/commands/commands.js';
import type { MessageContent } from '../../../src/events/message/content.js';
import type { TemplateGiven } from '../../../src/events/template/template-form.js';
import { loadInstanceSecret } from '../../../src/secrets/instance-secret.js';
import { eventually } from '../../support/eventually.js';
import { codesOf, connectSandbox, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';

let bench: CommandBench;
beforeAll(async () => {
  bench = await openCommandBench();
  await loadInstanceSecret(bench.database, bench.box);
});
afterAll(() => bench.stop());

const create = (input: TemplateGiven, caller: Caller = bench.caller) => bench.commands.createTemplate(caller, input);
const sendInput = (template: object, more: Partial<SendMessage> = {}): SendMessage =>
  bench.text('', { content: { template }, ...more });
const send = (template: object, more?: Partial<SendMessage>) =>
  bench.commands.sendMessage(bench.caller, sendInput(template, more));
const contentOf = async (template: object, more?: Partial<SendMessage>): Promise<MessageContent> =>
  valueOf(await send(template, more)).content as MessageContent;
const blank = (key: string, value = 'Mia') => ({ key, value });
const audits = async () =>
  (await bench.events()).flatMap(({ event }) => {
    const { action, subjectId } = event.data as { readonly action?: string; readonly subjectId?: string };
    return action?.startsWith('template.') === true ? [`${action} ${subjectId ?? ''}`] : [];
  });

it('of many that are created at once under one name, locale and version there is one', async () => {
  const input = { name: 'race', locale: 'nl', version: '1', body: 'Hello' };
  const made = await Promise.all(Array.from({ length: 8 }, () => create(input)));
  expect(made.filter(({ ok }) => ok)).toHaveLength(1);
  expect(made.flatMap(codesOf)).toEqual(Array.from({ length: 7 }, () => 'TEMPLATE_EXISTS name'));
  // Another version is another template, and so is none.
  for (const other of [{ version: '2' }, { version: null }, { locale: 'en' }])
    expect((await create({ ...input, ...other })).ok).toBe(true);
  expect(codesOf(await create({ ...input, version: '' }))).toEqual(['TEMPLATE_EXISTS name']);
});

it('each change is in the audit; what changes nothing is not', async () => {
  const { id, createdAt } = valueOf(await create({ name: 'audited', body: 'Hello {{1}}', footer: 'The shop' }));
  const update = async (changes: TemplateGiven) =>
    valueOf(await bench.commands.updateTemplate(bench.caller, { templateId: id, changes }));
  expect(await update({ body: 'Hello {{1}}', locale: null })).toMatchObject({
    footer: 'The shop',
    updatedAt: createdAt,
  });
  expect(await update({ body: 'Bye {{1}}', footer: '', header: { kind: 'IMAGE' } })).toMatchObject({
    ...{ body: 'Bye {{1}}', footer: null, header: { kind: 'IMAGE', text: '' }, name: 'audited' },
  });
  expect(valueOf(await bench.commands.deleteTemplate(bench.caller, { templateId: id }))).toBe(id);
  expect(codesOf(await bench.commands.deleteTemplate(bench.caller, { templateId: id }))).toEqual([
    'TEMPLATE_NOT_FOUND templateId',
  ]);
  await eventually(async () =>
    expect((await audits()).filter((one) => one.endsWith(id))).toEqual(
      ['create', 'update', 'delete'].map((action) => `template.${action} ${id}`),
    ),
  );
});

it('two changes at once come one after the other, and neither takes the other back', async () => {
  const { id } = valueOf(await create({ name: 'changed twice', body: 'Hello' }));
  const changes = [{ body: 'Bye' }, { footer: 'The shop' }, { locale: 'nl' }];
  await Promise.all(
    changes.map(async (one) =>
      valueOf(await bench.commands.updateTemplate(bench.caller, { templateId: id, changes: one })),
    ),
  );
  const found = valueOf(await bench.commands.updateTemplate(bench.caller, { templateId: id, changes: {} }));
  expect(found).toMatchObject({ body: 'Bye', footer: 'The shop', locale: 'nl' });
});

it('a send is judged by it, and says what it said then', async () => {
  const { id } = valueOf(await create({ name: 'judged', locale: 'nl', body: 'Dear {{1}}, {{2}}' }));
  expect(codesOf(await send({ name: 'judged', locale: 'nl', parameters: [blank('1'), blank('3')] }))).toEqual([
    ...['CONTENT_INVALID content.template.parameters.1.key', 'CONTENT_INVALID content.template.parameters'],
  ]);
  const parameters = [blank('1'), blank('2', 'hello')];
  expect(await contentOf({ name: 'judged', parameters })).toEqual({
    ...{ kind: 'template', text: 'Dear Mia, hello', name: 'judged', locale: 'nl' },
    parameters: parameters.map((one) => ({ ...one, part: 'BODY' })),
  });
  const again = { idempotencyKey: 'judged-once' };
  const first = valueOf(await send({ name: 'judged', parameters }, again));
  await bench.commands.updateTemplate(bench.caller, { templateId: id, changes: { body: 'Other words' } });
  expect(valueOf(await send({ name: 'judged', parameters }, again))).toMatchObject({
    id: first.id,
    content: first.content,
  });
  expect(codesOf(await send({ name: 'judged', parameters }))).toHaveLength(2);
});

it('what a send fills is told as the template has it, where an index or a file says less', async () => {
  const buttons = [
    { kind: 'REPLY', text: 'Yes' },
    { kind: 'COPY_CODE', text: '' },
  ];
  valueOf(await create({ name: 'with buttons', header: { kind: 'VIDEO' }, body: 'Tap {{1}}', buttons }));
  const film = { key: '1', part: 'HEADER', media: { url: 'https://example.com/film' } };
  const parameters = [blank('1'), film, ...['0', '1'].map((key) => ({ key, part: 'BUTTON', value: 'x' }))];
  const { parameters: filled } = (await contentOf({ name: 'with buttons', parameters })) as { parameters: object[] };
  expect(filled).toMatchObject([
    ...[{ key: '1', part: 'BODY' }, { fills: 'VIDEO' }],
    ...[
      { key: '0', fills: 'REPLY' },
      { key: '1', fills: 'COPY_CODE' },
    ],
  ]);
});

it('goes out under the name that the channel knows, and is found by it', async () => {
  const other = await connectSandbox(bench.commands, bench.caller);
  const providerNames = [{ channelId: bench.channelId, name: 'project-1' }];
  valueOf(await create({ name: 'named', body: 'Hello {{1}}', version: '7', providerNames }));
  const parameters = [blank('1')];
  expect(await contentOf({ name: 'named', locale: 'nl', parameters })).toMatchObject({
    ...{ name: 'named', providerName: 'project-1', version: '7', locale: 'nl', text: 'Hello Mia' },
  });
  const byTheirs = await contentOf({ name: 'project-1', parameters });
  expect(byTheirs).toMatchObject({ name: 'project-1', text: 'Hello Mia' });
  expect(byTheirs).not.toHaveProperty('providerName');
  expect(codesOf(await send({ name: 'project-1' }))).toEqual(['CONTENT_INVALID content.template.parameters']);
  // It isn't for the other channel, and of another version nobody knows here: both are passed on unchecked.
  expect(await contentOf({ name: 'named' }, { channelId: other })).toMatchObject({ name: 'named', text: '' });
  expect(await contentOf({ name: 'named', version: '8' })).not.toHaveProperty('providerName');
});

it('a send that may mean several says which', async () => {
  for (const locale of ['nl', 'en']) valueOf(await create({ name: 'in two', locale, body: `In ${locale}` }));
  expect(codesOf(await send({ name: 'in two' }))).toEqual(['CONTENT_INVALID content.template.locale']);
  expect(await contentOf({ name: 'in two', locale: 'en' })).toMatchObject({ text: 'In en' });
  expect(await contentOf({ name: 'in two', locale: 'fr' })).toMatchObject({ text: '' });
});

it('in a batch each is judged by itself; a preview is judged as a send is', async () => {
  valueOf(await create({ name: 'in a batch', body: 'Hello {{1}}' }));
  const good = sendInput({ name: 'in a batch', parameters: [blank('1')] });
  const bad = sendInput({ name: 'in a batch' });
  const unknown = sendInput({ name: 'nobody keeps it', parameters: [blank('9')] });
  const batch = await bench.commands.sendMessages(bench.caller, [good, bad, unknown, good]);
  const refused = ['CONTENT_INVALID content.template.parameters'];
  expect(batch.ok && batch.results.map(codesOf)).toEqual([[], refused, [], []]);
  const preview = (input: SendMessage) =>
    bench.commands.previewMessage(bench.caller, { ...input, publicUrl: 'http://127.0.0.1' });
  expect(codesOf(await preview(bad))).toEqual(refused);
  expect((await preview(good)).ok).toBe(true);
});

it('words that grow too long by what fills them are refused', async () => {
  valueOf(await create({ name: 'long', body: Array.from({ length: 400 }, () => '{{1}}').join('') }));
  expect(codesOf(await send({ name: 'long', parameters: [blank('1', 'x'.repeat(200))] }))).toEqual([
    'CONTENT_INVALID content.template.parameters',
  ]);
});

it('is of its workspace', async () => {
  const stranger = await bench.stranger();
  const { id } = valueOf(await create({ name: 'ours', body: 'Hello {{1}}' }));
  const changes = { body: 'Theirs' };
  expect(codesOf(await bench.commands.updateTemplate(stranger, { templateId: id, changes }))).toEqual([
    'TEMPLATE_NOT_FOUND templateId',
  ]);
  expect(codesOf(await bench.commands.deleteTemplate(stranger, { templateId: id }))).toEqual([
    'TEMPLATE_NOT_FOUND templateId',
  ]);
  const providerNames = [{ channelId: bench.channelId }];
  expect(codesOf(await create({ name: 'theirs', body: 'Hello', providerNames }, stranger))).toEqual([
    'CHANNEL_NOT_FOUND providerNames.0.channelId',
  ]);
  expect((await create({ name: 'ours', body: 'Theirs' }, stranger)).ok).toBe(true);
  expect(await contentOf({ name: 'ours', parameters: [blank('1')] })).toMatchObject({ text: 'Hello Mia' });
});
