import fc from 'fast-check';
import { atPath, changedAt, pathsOf, type Path } from './json-paths.js';

/** Stands for whatever a contact wrote, and for how he is called. */
export const CANARY = 'çanary 7f3a';
/** Below these names stand a contact's words and names, wherever a provider has them. */
const PERSONAL: ReadonlySet<string> = new Set([
  ...['text', 'body', 'caption', 'title', 'description', 'message', 'label', 'address', 'altText', 'subject'],
  ...['name', 'first_name', 'last_name', 'firstName', 'lastName', 'formatted_name', 'username', 'fromName'],
  ...['whatsappNickName', 'email', 'company', 'wa_id', 'phone', 'phone_number', 'phoneNumber', 'contactId'],
]);

/**
 * JSON that no value is written as, or nobody thinks of, by what is wrong with it. It stands in a value as a mark, and is
 * put in the mark's place in the text.
 */
const ODDITIES: readonly (readonly string[])[] = [
  // Numbers out of range.
  ['1e400', '-1e400', '1e-400', '-0', '123456789012345678901234567890', '9007199254740993', '1.5e3', '4294967296'],
  // Times: years of more than four digits begin with the first; the last moment that a date holds, and one more.
  [
    ...['253402300800', '253402300800000', '"253402300800000"', '999999999999999', '8640000000000000'],
    ...['8640000000000001', '-62135596801', '"+275760-09-13T00:00:00.000Z"', '"0000-01-01T00:00:00Z"'],
    ...['"9999-12-31T23:59:60Z"', '"2026-02-30T25:61:61Z"', '"-000001-01-01T00:00:00Z"'],
  ],
  // Characters that nothing holds, and some that take several.
  [
    ...[String.raw`"\u0000"`, String.raw`"\ud800"`, String.raw`"x\udc00"`, String.raw`"\u202e\u0000x"`],
    ...['"👩‍👩‍👧‍👦"', '"é"', '"ﷺ"', '"\u2028"'],
  ],
  // Names that objects are made of.
  [
    ...['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{"x":1}}}', '{"a":1,"a":{"a":2}}', '{"":{"":""}}'],
    ...['"__proto__"', '"constructor"', '"hasOwnProperty"', '{"length":9}', '{"toJSON":1,"then":1}', '["toString"]'],
  ],
  // Nested beyond what anything written in itself can follow.
  [nested('[', ']', 100), nested('[', ']', 10_000), nested('{"a":', '}', 10_000)],
  // Long.
  [
    ...[`"${'x'.repeat(256)}"`, `"${'é'.repeat(50_000)}"`, `"${String.raw`\u0000`.repeat(10_000)}"`],
    `[${Array.from({ length: 10_000 }, () => '{}').join(',')}]`,
  ],
];
const RAW = ODDITIES.flat();
const MARK = '\ue000';

function nested(open: string, close: string, levels: number): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}

const written = (value: unknown): string =>
  JSON.stringify(value ?? null).replaceAll(/"\ue000(\d+)"/g, (mark, index: string) => RAW[Number(index)] ?? mark);

/** What providers were never seen to send where it isn't expected. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  ...ODDITIES.map((alike) => ({
    weight: 1,
    arbitrary: fc.constantFrom(...alike).map((json) => `${MARK}${RAW.indexOf(json)}`),
  })),
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, '', ' ', 0, -1, 1, 1e21, 0.5, true, [], {}, [[]], [null]) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

/** Names that are given to a field in place of its own. */
const ODD_NAMES = ['__proto__', 'constructor', 'toString', '', '0', 'length', 'x', '\0', '\ud800'];
const BODY_BYTES_MAX = 1_048_576;
/** Most often a few; now and then more than anybody sends, as far as a body may go. */
const REPEATS = Array.from({ length: 60 }, (_, index) => (index === 0 ? 10_000 : index + 1));

type Change = (value: unknown) => unknown;

const isThing = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** One of a thing's fields or entries is changed into any number of them. */
function eachOf(value: unknown, nth: number, change: (entry: [string, unknown]) => [string, unknown][]): unknown {
  if (!isThing(value)) return value;
  const entries = Object.entries(value) as [string, unknown][];
  const changed = entries.flatMap((entry, index) => (index === nth % entries.length ? change(entry) : [entry]));
  return Array.isArray(value) ? changed.map(([, one]) => one) : Object.fromEntries(changed);
}

function repeated(value: unknown, times: number): unknown {
  const entries = Array.isArray(value) ? (value as unknown[]) : [value];
  const fitting = Math.min(times, Math.floor(BODY_BYTES_MAX / (written(value).length + 1)));
  return Array.from({ length: Math.max(1, fitting) }, () => entries).flat();
}

function retyped(value: unknown): unknown {
  if (typeof value === 'string') return Number.isNaN(Number(value)) ? [value] : Number(value);
  return isThing(value) ? JSON.stringify(value) : String(value);
}

const replacedBy =
  (by: unknown): Change =>
  () =>
    by;
const without =
  (nth: number): Change =>
  (value) =>
    eachOf(value, nth, () => []);
const renamed =
  ([nth, name]: readonly [number, string]): Change =>
  (value) =>
    eachOf(value, nth, ([, one]) => [[name, one]]);
const joinedBy =
  (stranger: [string, unknown]): Change =>
  (value) =>
    eachOf(value, 0, (entry) => [entry, stranger]);
const repeatedSo =
  (times: number): Change =>
  (value) =>
    repeated(value, times);
const wrapped: Change = (value) => [value];
const boxed: Change = (value) => ({ value });

/** What is done to whatever stands somewhere in a real webhook. */
function changesOf(reals: readonly unknown[]): fc.Arbitrary<Change> {
  const parts = reals.flatMap((one) => pathsOf(one).flatMap((path) => (isWords(one, path) ? [] : [atPath(one, path)])));
  const nth = fc.nat({ max: 30 });
  const name = fc.constantFrom(...ODD_NAMES);
  return fc.oneof(
    { weight: 6, arbitrary: oddValue.map(replacedBy) },
    { weight: 4, arbitrary: fc.constantFrom(...parts).map(replacedBy) },
    { weight: 4, arbitrary: nth.map(without) },
    { weight: 2, arbitrary: fc.tuple(nth, name).map(renamed) },
    { weight: 1, arbitrary: fc.tuple(name, oddValue).map(joinedBy) },
    { weight: 1, arbitrary: fc.constantFrom(wrapped, boxed, retyped) },
    { weight: 1, arbitrary: fc.constantFrom(...REPEATS).map(repeatedSo) },
  );
}

const isWords = (value: unknown, path: Path): boolean =>
  typeof atPath(value, path) === 'string' && PERSONAL.has(path.findLast((key) => !/^\d+$/.test(key)) ?? '');

/** The same webhook, and whatever a person says in it is the canary. */
const marked = (real: unknown): unknown =>
  pathsOf(real).reduce((value, path) => (isWords(real, path) ? changedAt(value, path, () => CANARY) : value), real);

/** Each as often as it lies deep: what is changed at the top is soon no webhook at all. */
const deepPathsOf = (value: unknown): readonly Path[] =>
  pathsOf(value).flatMap((path) => Array.from({ length: path.length }, () => path));

export interface FuzzedBody extends fc.WithToStringMethod {
  readonly bytes: Buffer;
}

/** As it is shown where it breaks a promise: its beginning, for the seed makes all of it again. */
const shown = (bytes: Buffer): FuzzedBody => ({
  bytes,
  [fc.toStringMethod]: () => `${bytes.length} bytes: ${bytes.subarray(0, 1_000).toString()}`,
});

/**
 * Bodies that a provider never documented: any bytes, any JSON, and real webhooks of which one or two things are replaced,
 * left out, renamed, repeated, wrapped or moved to other places, or which are damaged byte by byte. No change moves the
 * canary: it stands where a person's words do, or nowhere.
 */
export function fuzzedBodies(reals: readonly unknown[]): fc.Arbitrary<FuzzedBody> {
  const change = changesOf(reals);
  const bases = reals.flatMap((real) => [real, marked(real)].map((value) => ({ value, paths: deepPathsOf(value) })));
  const altered = fc
    .tuple(fc.constantFrom(...bases), fc.array(fc.tuple(fc.nat({ max: 999 }), change), { minLength: 1, maxLength: 2 }))
    .map(([{ value, paths }, changes]) =>
      changes.reduce((one, [at, by]) => changedAt(one, paths[at % paths.length] ?? [], by), value),
    );
  const arbitrary = fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.oneof(fc.json(), oddValue.map(written)).map((json) => Buffer.from(json)) },
    { weight: 16, arbitrary: altered.map((value) => Buffer.from(written(value))) },
    { weight: 2, arbitrary: damaged(reals.map((real) => Buffer.from(JSON.stringify(real)))) },
  );
  return arbitrary.map(shown);
}

/** Cut out, put in and said twice, up to four times. */
function damaged(bodies: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const damage = fc.record({
    from: fc.nat({ max: 9_999 }),
    length: fc.nat({ max: 40 }),
    by: fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.constant(undefined)),
  });
  return fc.tuple(fc.constantFrom(...bodies), fc.array(damage, { minLength: 1, maxLength: 4 })).map(([body, damages]) =>
    damages.reduce((bytes, { from, length, by }) => {
      const start = from % (bytes.length + 1);
      const cut = bytes.subarray(start, start + length);
      const put = by ?? Buffer.concat([cut, cut]);
      return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + length)]);
    }, body),
  );
}
