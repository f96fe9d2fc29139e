export const GRAPHQL_RESPONSE = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';

/** From the most telling to the least: among ranges that are liked equally the more telling one counts, then the first. */
const RANGES: Readonly<Record<string, number>> = {
  [GRAPHQL_RESPONSE]: 2,
  [JSON_TYPE]: 2,
  'application/*': 1,
  '*/*': 0,
};

/**
 * The media type that an `accept` header likes best (GraphQL over HTTP), as Apollo chooses for the answers that it makes:
 * what is refused before it comes to that must be readable too for a client that knows one type only.
 */
export function mediaTypeFor(accept: string | undefined): typeof GRAPHQL_RESPONSE | typeof JSON_TYPE {
  const [best] = (accept ?? '')
    .split(',')
    .map(toRange)
    .filter(({ range, quality }) => range in RANGES && quality > 0)
    .sort((a, b) => b.quality - a.quality || tellingOf(b) - tellingOf(a));
  return best?.range === GRAPHQL_RESPONSE ? GRAPHQL_RESPONSE : JSON_TYPE;
}

interface Range {
  readonly range: string;
  readonly quality: number;
}

const tellingOf = ({ range }: Range): number => RANGES[range] ?? 0;

function toRange(text: string): Range {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { range, quality: quality === undefined ? 1 : Number(quality) || 0 };
}
