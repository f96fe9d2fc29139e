import { describe, expect, it } from 'vitest';
import { planTemplateSync, type SyncFacts } from '../../../src/events/commands/plan-template-sync.js';
import { channelIds, templateIds, workspaceIds } from '../../../src/events/kernel/ids.js';
import type { TemplateView } from '../../../src/events/queries/template-view.js';
import type { ProviderTemplate } from '../../../src/providers/provider.js';

const uuid = (end: number) => `01890a5d-ac96-774b-bcce-b302099a80${String(end).padStart(2, '0')}`;
const [HERE, THERE] = [channelIds.fromUuid(uuid(1)), channelIds.fromUuid(uuid(2))];
const ASKED_AT = '2026-06-01T12:00:00.000Z';
const EARLIER = '2026-06-01T11:00:00.000Z';
const LATER = '2026-06-01T13:00:00.000Z';

const said = (body: string) => ({ header: null, body, footer: null, buttons: [] });
const told = (name: string, body = 'Hello', more: Partial<ProviderTemplate> = {}): ProviderTemplate => ({
  ...{ name, locale: 'nl', status: 'APPROVED', words: said(body), ...more },
});
const at = (channelId = HERE, more: Partial<TemplateView['providerNames'][number]> = {}) => ({
  ...{ channelId, name: null, providerStatus: 'APPROVED', syncedAt: EARLIER, ...more },
});
let ids = 10;
const kept = (name: string, providerNames = [at()], more: Partial<TemplateView> = {}): TemplateView => ({
  ...{ id: templateIds.fromUuid(uuid((ids += 1))), workspaceId: workspaceIds.fromUuid(uuid(3)) },
  ...{ name, locale: 'nl', version: null, ...said('Hello'), providerNames, createdAt: EARLIER, updatedAt: EARLIER },
  ...more,
});
const plan = (facts: Partial<SyncFacts>) =>
  planTemplateSync({
    ...{ channelId: HERE, told: [], kept: [], askedAt: ASKED_AT, isWhole: true, room: 100, ...facts },
  });
const NOTHING = { created: [], updated: [], heard: [], deleted: [], unlinked: [], skipped: [] };

describe("what is kept of a provider's templates", () => {
  it('is each that is new, once', () => {
    const { created } = plan({ told: [told('a'), told('a', 'Hello', { locale: 'en' }), told('b'), told('b')] });
    expect(created.map(({ name, locale }) => `${name} ${locale}`)).toEqual(['a nl', 'a en', 'b nl']);
  });

  it('stays as it is where the provider says the same', () => {
    const one = kept('a');
    const heard = [{ id: one.id, name: 'a', status: 'APPROVED' }];
    expect(plan({ told: [told('a')], kept: [one] })).toEqual({ ...NOTHING, heard });
  });

  it('says what the provider says, also of one that has another name here', () => {
    const ours = kept('ours', [at(HERE, { name: 'theirs' })]);
    const { updated, created } = plan({ told: [told('theirs', 'New words')], kept: [ours] });
    expect(updated).toMatchObject([{ id: ours.id, name: 'ours', body: 'New words' }]);
    expect(created).toEqual([]);
  });

  it('takes note of what may be sent', () => {
    expect(plan({ told: [told('a', 'Hello', { status: 'PAUSED' })], kept: [kept('a')] })).toMatchObject({
      ...{ updated: [{ providerNames: [{ providerStatus: 'PAUSED' }] }], heard: [{ status: 'PAUSED' }] },
    });
  });

  it('takes nothing over that is kept for other channels and says something else', () => {
    const theirs = kept('a', [at(THERE)]);
    expect(plan({ told: [told('a', 'Other')], kept: [theirs] })).toMatchObject({
      ...NOTHING,
      skipped: [{ name: 'a' }],
    });
    expect(plan({ told: [told('a')], kept: [theirs] })).toMatchObject({
      ...{ updated: [{ id: theirs.id, providerNames: [{ channelId: THERE }, { channelId: HERE }] }], skipped: [] },
    });
  });

  it('leaves what is kept for every channel to every channel', () => {
    const everywhere = kept('a', []);
    expect(plan({ told: [told('a')], kept: [everywhere] })).toEqual(NOTHING);
    expect(plan({ told: [told('a', 'Other')], kept: [everywhere] })).toMatchObject({ skipped: [{ name: 'a' }] });
  });

  it('is no longer what the provider has no more, if it told all', () => {
    const [gone, shared] = [kept('gone'), kept('shared', [at(HERE), at(THERE)])];
    const byHand = kept('by hand', [at(HERE, { syncedAt: null })]);
    const all = [gone, shared, byHand];
    expect(plan({ kept: all })).toEqual({ ...NOTHING, deleted: [gone.id], unlinked: [shared.id] });
    expect(plan({ kept: all, isWhole: false })).toEqual(NOTHING);
    expect(plan({ kept: all, told: [told('', '', { words: 'strange' })] })).toMatchObject({
      deleted: [],
      unlinked: [],
    });
    // What can't be read any more is still there.
    expect(plan({ kept: [gone], told: [told('gone', '', { words: 'strange' })] })).toMatchObject({
      ...{ deleted: [], skipped: [{ name: 'gone', reason: 'strange' }] },
    });
  });

  it('is what was said last, where two asked at once', () => {
    const one = kept('a', [at(HERE, { syncedAt: LATER })]);
    expect(plan({ told: [told('a', 'Old words')], kept: [one] })).toEqual(NOTHING);
    expect(plan({ kept: [one] })).toEqual(NOTHING);
  });

  it('is nothing that sends could not be judged by, and no more than may be kept', () => {
    const strange = [told('a', '{{x y}}'), told('', 'Hello'), told('b', 'Hello', { words: 'It has a CAROUSEL.' })];
    const { skipped, created } = plan({ told: [...strange, told('c'), told('d')], room: 1 });
    expect(created.map(({ name }) => name)).toEqual(['c']);
    expect(skipped.map(({ name }) => name)).toEqual(['a', '', 'b', 'd']);
    expect(skipped[0]?.reason).toContain('body: Between');
    // It would be one for every locale, and not be known again.
    expect(plan({ told: [told('a', 'Hello', { locale: '' })] })).toMatchObject({
      created: [],
      skipped: [{ name: 'a' }],
    });
  });
});
