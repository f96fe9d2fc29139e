import { InvalidArgumentError } from 'commander';
import { findKeptKey } from '../access/bootstrap.js';
import { urlOf, type Config } from '../config.js';
import type { EventSource } from './event-source.js';
import { UsageError } from './verb.js';

/** Where a running Parley is, and the key to it. @throws UsageError */
export async function findSource(config: Config, options: { readonly url?: string | undefined }): Promise<EventSource> {
  const url = options.url ?? urlOf(config);
  if (url === undefined) throw new UsageError('Say where Parley is: --url, PARLEY_PUBLIC_URL, or HOST and PORT.');
  const key = config.apiKey ?? config.bootstrapApiKey ?? (await findKeptKey(config.dataDir));
  if (key === undefined)
    throw new UsageError(
      `Set PARLEY_API_KEY: there is no key in ${config.dataDir} either. \`parley key create\` makes one.`,
    );
  return { url, key };
}

/** @throws InvalidArgumentError which ends the process with the usage */
export function toUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('An http or https URL, e.g. https://parley.example.com');
}
