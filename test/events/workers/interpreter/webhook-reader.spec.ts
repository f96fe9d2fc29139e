import { describe, expect, it } from 'vitest';
import { rawWebhookIds } from '../../../../src/events/kernel/ids.js';
import { readOne } from '../../../../src/events/workers/interpreter/webhook-reader.js';
import type { Channel } from '../../../../src/providers/channel.js';
import type { Interpretation, ProviderAdapter } from '../../../../src/providers/provider.js';
import { createProviderRegistry } from '../../../../src/providers/registry.js';
import { createSandboxAdapter } from '../../../../src/providers/sandbox/adapter.js';
import { channelId, workspaceId } from '../../../support/events.js';

const sandbox = createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => '' });
const channel = (n: number, workspace = 1): Channel => ({
  ...{ id: channelId(n), workspaceId: workspaceId(workspace), name: 'Sandbox', provider: 'SANDBOX' },
  ...{
    platform: 'WHATSAPP',
    isEnabled: true,
    disabledAt: null,
    isSuspended: false,
    degradeUnsupported: false,
    settings: `account ${n}`,
    createdAt: new Date(),
  },
});
const CHANNELS = [channel(1), channel(2), channel(3, 2)];

/** What is read of a webhook that came to channel 1, where the adapter says this. */
async function read(...says: readonly Interpretation[]) {
  const adapter: ProviderAdapter = { ...sandbox, accountOf: String, interpret: () => says };
  const find = (id: string) => CHANNELS.find((one) => one.id === id);
  const directory = {
    get: find,
    find: async (id: string) => find(id),
    refresh: async () => undefined,
    all: () => CHANNELS,
  };
  const raw = {
    ...{ id: rawWebhookIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8057'), workspaceId: workspaceId(1) },
    ...{ channelId: channelId(1), provider: 'SANDBOX' as const, receivedAt: new Date() },
    request: { headers: {}, url: 'https://parley.example/webhooks/sandbox/x', body: Buffer.alloc(0) },
  };
  const said = await readOne(raw, { directory, providers: createProviderRegistry([adapter]) });
  return said.map(({ raw: { channelId: of }, index, interpretation }) => ({ of, index, kind: interpretation.kind }));
}

const receipt = (account?: string): Interpretation => ({
  ...{ kind: 'receipt', providerMessageId: 'out-1', status: 'read', account },
});

describe('the entries of one webhook', () => {
  it('of a sibling account are read as those of its channel', async () => {
    expect(await read(receipt(), receipt('account 1'), receipt('account 2'))).toEqual([
      { of: channelId(1), index: 0, kind: 'receipt' },
      { of: channelId(1), index: 1, kind: 'receipt' },
      { of: channelId(2), index: 2, kind: 'receipt' },
    ]);
  });

  it("of an account that only another workspace has are nobody's: its secret signed nothing here", async () => {
    expect(await read(receipt('account 3'), receipt('account 4'))).toEqual([
      { of: channelId(1), index: 0, kind: 'uninterpreted' },
      { of: channelId(1), index: 1, kind: 'uninterpreted' },
    ]);
  });

  it('that mean nothing here leave no trace, and keep the places of the others', async () => {
    expect(await read({ kind: 'ignored', reason: 'A poll.' }, receipt())).toEqual([
      { of: channelId(1), index: 1, kind: 'receipt' },
    ]);
  });

  it('that tell of another address name two; the same one is none', async () => {
    const moved = (to: string): Interpretation => ({ kind: 'address_changed', from: '+15550100000', to });
    expect(await read(moved('+15550100001'))).toMatchObject([{ kind: 'address_changed' }]);
    expect(await read(moved('+15550100000'))).toEqual([]);
  });
});
