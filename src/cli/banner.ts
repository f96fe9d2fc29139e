import { formatSeconds } from './progress.js';

export interface BannerFacts {
  /** What it listens on, without a trailing slash. */
  readonly url: string;
  /** Undefined: the operator configured it and has it already; it is not printed. */
  readonly apiKey: string | undefined;
  /** Undefined: Postgres is the operator's, and so is its data. */
  readonly embeddedDataDir: string | undefined;
  readonly startedInMs: number;
}

/** What a newcomer needs and nothing else: at most ten lines. */
export function banner({ url, apiKey, embeddedDataDir, startedInMs }: BannerFacts): string {
  const key = apiKey === undefined ? '' : `#key=${encodeURIComponent(apiKey)}`;
  return [
    '',
    `  Parley is ready (${formatSeconds(startedInMs)}).`,
    '',
    `  GraphiQL  ${url}/graphiql${key}`,
    `  GraphQL   ${url}/graphql (HTTP and WebSocket)`,
    `  API key   ${apiKey ?? 'the one in PARLEY_BOOTSTRAP_API_KEY'}`,
    embeddedDataDir === undefined
      ? '  Data      in your database (DATABASE_URL)'
      : `  Data      ${embeddedDataDir} (to start over: stop Parley and delete it)`,
    '',
    '',
  ].join('\n');
}
