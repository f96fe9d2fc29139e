/** Requests that would cost far more than they are long, each with what it is, as the JSON that is sent. */
export function bombs(): [string, string][] {
  const queries: [string, string][] = [
    ['deep', `{ message(id: "x") { ${'conversation { lastMessage { '.repeat(60)} id ${'} }'.repeat(60)} } }`],
    ['wide', `{ ${repeated(2_000, (index) => `a${index}: cursor`)} }`],
    ['the same field over and over', `{ ${'cursor '.repeat(2_000)} }`],
    ['aliased', `{ ${repeated(40, (index) => `a${index}: conversations { nodes { id } }`)} }`],
    ['of exponential fragments', `query { ...F0 } ${doubling(60)}`],
    ['of cyclic fragments', 'query { ...A } fragment A on Query { ...B } fragment B on Query { ...A ...A }'],
    ['of a fragment within itself', `query { ...A } fragment A on Query { ${'...A '.repeat(400)} }`],
    ['of conflicts to be compared', `{ conversations { nodes { ${repeated(220, conflict)} } } }`],
    ['full of tokens', `{ ${'{'.repeat(7_000)}${'}'.repeat(7_000)} }`],
    ['longer than a document may be', `{ cursor } #${'x'.repeat(1_000_000)}`],
    ['repeated directives', `{ cursor ${'@include(if: true) '.repeat(200)} }`],
    ['of many variables', `query (${repeated(300, (index) => `$v${index}: ID`)}) { cursor }`],
    ['a list in a list in a list', `{ node(id: ${'['.repeat(7_000)}${']'.repeat(7_000)}) { id } }`],
    ['dear', `{ conversations(first: 100) { nodes { messages(first: 100) { nodes { id timeline { status } } } } } }`],
    ['unused fragments', `{ cursor } ${repeated(120, (index) => `fragment F${index} on Query { cursor }`)}`],
    ['a string that never ends', `{ node(id: "${'\\u0041'.repeat(2_400)}`],
  ];
  return [
    ...queries.map(([what, query]): [string, string] => [what, JSON.stringify({ query })]),
    ['a batch', JSON.stringify(Array.from({ length: 500 }, () => ({ query: '{ cursor }' })))],
    ['a body over 4 MiB', JSON.stringify({ query: '{ cursor }', variables: { x: 'x'.repeat(5 * 1024 * 1024) } })],
    ['variables that nest', `{ "query": ${quoted(TAKES_ANYTHING)}, "variables": { "x": ${nested(200_000)} } }`],
    [
      'a list of too many ids',
      JSON.stringify({ query: IDS, variables: { ids: Array.from({ length: 100_000 }, () => 'x') } }),
    ],
  ];
}

const IDS = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
const TAKES_ANYTHING = 'query ($x: JSONObject) { cursor }';

const quoted = (text: string) => JSON.stringify(text);
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const repeated = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => of(index)).join(' ');
const conflict = (index: number) => `contact { id } ${index % 2 === 0 ? 'id' : 'address'}`;
const doubling = (levels: number) =>
  `${repeated(levels, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`)} fragment F${levels} on Query { cursor }`;
