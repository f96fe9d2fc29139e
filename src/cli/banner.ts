import { ROLES, type Role } from '../config.js';
import { formatSeconds } from './progress.js';

export interface BannerFacts {
  /** What it listens on, without a trailing slash. */
  readonly url: string;
  readonly roles: readonly Role[];
  /** Undefined: the operator configured it and has it already; it is not printed. */
  readonly apiKey: string | undefined;
  /** Undefined: the log is embedded, in Postgres. */
  readonly kafkaBrokers: readonly string[] | undefined;
  /** Undefined: Postgres is the operator's, and so is its data. */
  readonly embeddedDataDir: string | undefined;
  readonly startedInMs: number;
}

/** What a newcomer needs and nothing else: at most ten lines. */
export function banner(facts: BannerFacts): string {
  const { roles, kafkaBrokers, embeddedDataDir, startedInMs } = facts;
  return [
    '',
    `  Parley is ready (${formatSeconds(startedInMs)}).`,
    '',
    ...(roles.length === ROLES.length ? [] : [`  Roles     ${roles.join(', ')}`]),
    ...(roles.includes('api') ? doors(facts) : [`  Health    ${facts.url}/readyz`]),
    kafkaBrokers === undefined
      ? '  Log       embedded in PostgreSQL'
      : `  Log       Kafka at ${kafkaBrokers.join(', ')}`,
    embeddedDataDir === undefined
      ? '  Data      in your database (DATABASE_URL)'
      : `  Data      ${embeddedDataDir} (to start over: stop Parley and delete it${startOverOf(facts)})`,
    '',
    '',
  ].join('\n');
}

/** The topics remember whose they are: with a new database they are refused. */
const startOverOf = ({ kafkaBrokers }: BannerFacts): string =>
  kafkaBrokers === undefined ? '' : ', and set another PARLEY_TOPIC_PREFIX';

function doors({ url, apiKey }: BannerFacts): readonly string[] {
  const key = apiKey === undefined ? '' : `#key=${encodeURIComponent(apiKey)}`;
  return [
    `  GraphiQL  ${url}/graphiql${key}`,
    `  GraphQL   ${url}/graphql (HTTP and WebSocket)`,
    `  API key   ${apiKey ?? 'the one in PARLEY_BOOTSTRAP_API_KEY'}`,
  ];
}
