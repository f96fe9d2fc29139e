import { isIP } from 'node:net';
import { ROLES, type Config, type ConfigError } from '../config.js';
import { counted, ok, problem, remark, type Finding } from './finding.js';

/** Shorter ones can be guessed by who has the time; made ones have 46 characters. */
const CHOSEN_KEY_LENGTH_MIN = 32;

/** Everything that is wrong with it at once. */
export const configurationFaults = ({ faults }: ConfigError): readonly Finding[] =>
  faults.map((fault) => problem('CONFIG_INVALID', fault, 'Set it right: .env.example explains each.'));

/** Of a valid configuration what is risky all the same. */
export function checkConfiguration(config: Config): readonly Finding[] {
  const risks = [...riskyAddress(config), ...riskySecrets(config), ...whatItDoes(config)];
  return [ok('CONFIG_VALID', `The configuration is valid: ${inShort(config)}.`), ...risks];
}

const inShort = ({ databaseUrl, kafka, roles }: Config): string =>
  [
    databaseUrl === undefined ? 'PostgreSQL embedded' : 'PostgreSQL by DATABASE_URL',
    kafka === undefined ? 'log embedded in it' : `log on Kafka (${counted(kafka.brokers.length, 'broker')} named)`,
    roles.length === ROLES.length ? 'all roles' : `roles ${roles.join(', ')}`,
  ].join(', ');

function riskyAddress({ host, publicUrl }: Config): readonly Finding[] {
  if (publicUrl === undefined && !isLoopback(host))
    return [
      problem(
        'CONFIG_PUBLIC_URL',
        'It listens beyond this machine, and PARLEY_PUBLIC_URL is not set: providers would be told to call the address it listens on.',
        'Set PARLEY_PUBLIC_URL to what the outside world calls this server, e.g. https://parley.example.com',
      ),
    ];
  if (publicUrl !== undefined && new URL(publicUrl).protocol === 'http:' && !isLoopback(new URL(publicUrl).hostname))
    return [
      remark(
        'CONFIG_PUBLIC_URL',
        'PARLEY_PUBLIC_URL is http: keys and webhooks travel unencrypted.',
        'Put a proxy with a certificate in front of Parley, and set PARLEY_PUBLIC_URL to its https URL.',
      ),
    ];
  return [];
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function riskySecrets({ secretKey, bootstrapApiKey, databaseUrl }: Config): readonly Finding[] {
  const where = databaseUrl === undefined ? 'beside the data that it protects' : 'on this machine alone';
  const keyInFile = remark(
    'CONFIG_SECRET_KEY',
    `The secret key is a file in the data directory, ${where}: without it a copy of the database is of no use.`,
    'Keep a copy of the file secret-key elsewhere, or set PARLEY_SECRET_KEY (docs/backup.md).',
  );
  const shortKey = remark(
    'CONFIG_BOOTSTRAP_KEY',
    `PARLEY_BOOTSTRAP_API_KEY has fewer than ${CHOSEN_KEY_LENGTH_MIN} characters and opens everything.`,
    'Choose a longer one: openssl rand -base64 32',
  );
  const isShort = bootstrapApiKey !== undefined && bootstrapApiKey.length < CHOSEN_KEY_LENGTH_MIN;
  return [...(secretKey === undefined ? [keyInFile] : []), ...(isShort ? [shortKey] : [])];
}

function whatItDoes({ roles, isSandboxOn, databaseUrl }: Config): readonly Finding[] {
  const others = ROLES.filter((role) => !roles.includes(role));
  return [
    ...(others.length > 0 ? [remark('CONFIG_ROLES', `Other processes must have the roles ${others.join(', ')}.`)] : []),
    ...(isSandboxOn && databaseUrl !== undefined
      ? [remark('CONFIG_SANDBOX', 'The simulated provider is on.', 'PARLEY_SANDBOX=false turns it off.')]
      : []),
  ];
}
