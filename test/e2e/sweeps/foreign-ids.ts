import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ruleOf } from '../../../src/access/matrix.js';
import { buildParleySchema } from '../../../src/schema/build-schema.js';
import { answerTo, comparable, firstWords } from './answers.js';
import { idPlaces, pagePlaces, type Place } from './places.js';
import { owner, stranger } from './sweep-rig.js';
import { NOWHERE, type Kind, type World } from './world.js';

const schema = buildParleySchema();
/** `Query.workspaces(after)` is of an operation to which no workspace is foreign, and which no key of one may ask. */
const isOfInstance = ({ name }: Place): boolean => {
  const [type = '', field = ''] = (name.split('(')[0] ?? '').split('.');
  return ruleOf(type, field)?.scope === 'INSTANCE_ADMIN';
};
const places = idPlaces(schema);
const pages = pagePlaces(schema).filter((place) => !isOfInstance(place));
const spoken = places.filter(({ operation }) => operation !== 'subscription');
const watched = places.filter(({ operation }) => operation === 'subscription');
const KINDS = Object.keys(NOWHERE) as Kind[];

/** What an answer says of the owner beside the id that was asked for. */
const leaksIn = (answer: string, asked: string): string[] =>
  [...owner.secrets, ...Object.values(owner.ids)].filter(
    (secret) => secret !== asked && !Object.values(NOWHERE).includes(secret) && answer.includes(secret),
  );

const askWith = (place: Place, world: World, id: string): Promise<string> =>
  answerTo(place.request(world, id), world.client);

describe("F32: another workspace's ids, wherever the schema takes one", () => {
  it('finds where that is by itself', () => {
    const names = places.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(30);
    expect(names).toContain('Mutation.sendMessages(input.messages.content.reaction.messageId)');
    expect(names).toContain('Subscription.eventPublished(filter.conversationId)');
  });

  it.each(spoken.map((place) => [place.name, place] as const))(
    '%s: as an id that nothing has',
    async (_name, place) => {
      const answersWith = (ids: Readonly<Record<Kind, string>>) =>
        Promise.all(KINDS.map((kind) => askWith(place, stranger, ids[kind])));
      const [answers, others] = await Promise.all([answersWith(owner.ids), answersWith(NOWHERE)]);
      for (const [index, kind] of KINDS.entries()) {
        const [answer = '', other = ''] = [answers[index], others[index]];
        expect(leaksIn(answer, owner.ids[kind])).toEqual([]);
        expect(comparable(answer, owner.ids[kind])).toBe(comparable(other, NOWHERE[kind]));
      }
    },
  );

  it('subscriptions: as ids that nothing has, which is said', async () => {
    const cases = watched.flatMap((place) => KINDS.map((kind) => ({ place, kind })));
    const wordsWith = (ids: Readonly<Record<Kind, string>>) =>
      firstWords(
        cases.map(({ place, kind }) => place.request(stranger, ids[kind])),
        stranger.client,
      );
    const [foreign, unknown] = [await wordsWith(owner.ids), await wordsWith(NOWHERE)];
    for (const [index, { place, kind }] of cases.entries()) {
      const [answer = '', other = ''] = [foreign[index], unknown[index]];
      expect(leaksIn(answer, owner.ids[kind])).toEqual([]);
      expect([place.name, comparable(answer, owner.ids[kind])]).toEqual([place.name, comparable(other, NOWHERE[kind])]);
    }
  });

  it('a cursor of the journal leads a stranger through his own events only', async () => {
    for (const query of [
      'query ($cursor: Cursor) { events(after: $cursor, first: 1000) { nodes { id data } } }',
      `query ($cursor: Cursor!) { conversation(id: "${owner.ids.conversation}", asOf: { cursor: $cursor }) { id } }`,
    ]) {
      const answer = await answerTo({ query, variables: { cursor: owner.start } }, stranger.client);
      expect(leaksIn(answer, '')).toEqual([]);
      expect(answer).not.toContain('"errors"');
    }
  });

  it('an idempotency key is as one that nobody used', async () => {
    const send = async ({ client, ids }: World, idempotencyKey: string) =>
      answerTo(
        {
          query: `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { code } message { status
            idempotencyKey content { text } } } }`,
          variables: { input: { channelId: ids.channel, idempotencyKey, ...TO_STRANGER } },
        },
        client,
      );
    await send(owner, 'ours');
    expect(comparable(await send(stranger, 'ours'), 'ours')).toBe(comparable(await send(stranger, 'other'), 'other'));
  });
});

const TO_STRANGER = { to: { phoneNumber: '+15550107301' }, content: { text: { text: 'Hello' } } };

describe("F32, F37: another workspace's page cursors", () => {
  it.each(pages.map((place) => [place.name, place] as const))('%s: as one that was made up', async (_name, place) => {
    const cursor = await ownCursor(place);
    const answer = await askWith(place, stranger, cursor);
    expect(answer).toContain('CURSOR_INVALID');
    const forged = randomBytes(Buffer.from(cursor, 'base64url').length).toString('base64url');
    expect(comparable(answer, cursor)).toBe(comparable(await askWith(place, stranger, forged), forged));
    expect(await askWith(place, owner, cursor)).not.toContain('"errors"');
    for (const other of pages) {
      // Of another list of one's own.
      if (other.name.split('(')[0] === place.name.split('(')[0]) continue;
      expect(await askWith(place, owner, await ownCursor(other))).toContain('CURSOR_INVALID');
    }
  });
});

const known = new Map<string, Promise<string>>();

/** The first place of the list, as its owner gets it. */
function ownCursor(place: Place): Promise<string> {
  const cursor = known.get(place.name) ?? readCursor(place, owner);
  known.set(place.name, cursor);
  return cursor;
}

async function readCursor(place: Place, world: World): Promise<string> {
  const { query, variables } = place.request(world, '');
  const argument = /\((\w+)\)$/.exec(place.name)?.[1] ?? '';
  const answer = await answerTo({ query, variables: { ...variables, [argument]: null } }, world.client);
  return /"startCursor":"([^"]+)"/.exec(answer)?.[1] ?? expect.unreachable(answer);
}

/** Last, for it changes what there is: a case that answers its owner as nobody would prove nothing. */
describe('whoever owns them is answered otherwise', () => {
  const isNews = (answer: string, id: string, unknown: string, nowhere: string) =>
    comparable(answer, id) !== comparable(unknown, nowhere);
  const anyKind = async (judge: (kind: Kind) => Promise<boolean>) => {
    for (const kind of KINDS) if (await judge(kind)) return true;
    return false;
  };

  // One of the places is `disableChannel`, and a disabled channel answers all sends alike.
  const ENABLE = 'mutation ($id: ID!) { enableChannel(input: { channelId: $id }) { channel { isEnabled } } }';
  afterEach(() => owner.client.run(ENABLE, { id: owner.ids.channel }));

  const answered = spoken.filter((place) => !isOfInstance(place));
  it.each(answered.map((place) => [place.name, place] as const))('%s', async (_name, place) => {
    const isAnswered = await anyKind(async (kind) => {
      const [own, unknown] = [owner.ids[kind], NOWHERE[kind]];
      return isNews(await askWith(place, owner, own), own, await askWith(place, owner, unknown), unknown);
    });
    expect(isAnswered).toBe(true);
  });

  const replayed = watched.filter(({ isLiveOnly }) => !isLiveOnly);
  it.each(replayed.map((place) => [place.name, place] as const))('%s', async (_name, place) => {
    const wordsOf = (ids: Readonly<Record<Kind, string>>) =>
      firstWords(
        KINDS.map((kind) => place.request(owner, ids[kind])),
        owner.client,
      );
    const [own, unknown] = [await wordsOf(owner.ids), await wordsOf(NOWHERE)];
    const news = KINDS.filter((kind, index) =>
      isNews(own[index] ?? '', owner.ids[kind], unknown[index] ?? '', NOWHERE[kind]),
    );
    expect(news).not.toEqual([]);
  });
});
