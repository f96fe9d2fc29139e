import type { ChannelPlatform } from '../events/channel/events.js';
import { CONTENT_KINDS } from '../events/message/content.js';
import { markdownTable } from '../markdown-table.js';
import type { Capabilities, ContentLimits, ProviderAdapter } from './provider.js';
import { providerSlug } from './registry.js';

/** `docs/providers/README.md`: what each provider's channels carry, as the adapters say it. */
export function providersPage(adapters: readonly ProviderAdapter[]): string {
  const all = [...adapters]
    .sort((a, b) => (a.kind < b.kind ? -1 : 1))
    .flatMap((adapter) => adapter.platforms.map((platform) => ({ adapter, platform, name: nameOf(adapter, platform) })))
    .map((row) => ({ ...row, capabilities: row.adapter.capabilitiesOf(row.platform) }));
  return `${[
    '# Providers',
    "Written by `npm run emit` from what the adapters say; the query `providers` answers the same, and\n`Channel.capabilities` of one channel. Where something hangs on a channel's settings, this is what such channels have in\ngeneral. What a channel can not carry is refused, or goes in the nearest plain form (`degradeUnsupported`).",
    '## What can be sent',
    markdownTable(
      ['', ...KINDS],
      all.map(({ name, capabilities }) => [name, ...KINDS.map(carried(capabilities))]),
    ),
    '## What comes with it',
    markdownTable(
      FEATURES,
      all.map(({ name, capabilities, adapter }) => [name, ...featuresOf(capabilities, adapter)]),
    ),
    ...all.flatMap(({ name, capabilities }) => [
      `## Bounds: ${name}`,
      markdownTable(
        ['content', 'at most'],
        Object.entries(capabilities.content).map(([kind, limits]) => [kind, bounds(limits)]),
      ),
    ]),
  ].join('\n\n')}\n`;
}

const KINDS = CONTENT_KINDS.filter((kind) => kind !== 'unsupported');
const [YES, NO] = ['yes', '–'];
const said = (is: boolean): string => (is ? YES : NO);

const PAGELESS = 'SANDBOX';
const nameOf = ({ kind, platforms }: ProviderAdapter, platform: ChannelPlatform): string => {
  const linked = kind === PAGELESS ? kind : `[${kind}](${providerSlug(kind)}.md)`;
  return platforms.length === 1 ? linked : `${linked} on ${platform}`;
};

const carried =
  ({ content }: Capabilities) =>
  (kind: (typeof KINDS)[number]): string =>
    said(content[kind] !== undefined);

const FEATURES = [
  ...['', 'answers', 'typing', 'read marks', 'receipts', 'echoes our reference', 'look-up', 'window'],
  ...['verifies credentials', 'registers webhooks'],
];

function featuresOf(capabilities: Capabilities, adapter: ProviderAdapter): readonly string[] {
  const { carriesReply = false, carriesReadMark = false, echoesReference = false } = capabilities;
  const { receipts = [], serviceWindowHours } = capabilities;
  return [
    ...[said(carriesReply), said(adapter.showTyping !== undefined), said(carriesReadMark)],
    receipts.length === 0 ? NO : receipts.join(', '),
    ...[said(echoesReference), said(adapter.lookUp !== undefined)],
    serviceWindowHours === 'permanent' ? 'always' : `${serviceWindowHours} h`,
    ...[said(adapter.verifyCredentials !== undefined), said(adapter.registerWebhook !== undefined)],
  ];
}

/** `textCharactersMax: 4096` is `textCharacters 4096`; what is none of a most says its own name. */
function bounds(limits: ContentLimits): string {
  const all = Object.entries(limits).map(([name, value]) => {
    const shown = Array.isArray(value) ? value.map((one) => `\`${String(one)}\``).join(' ') : String(value);
    return `${name.replace(/Max$/, '')} ${shown}`;
  });
  return all.length === 0 ? NO : all.join(', ');
}
