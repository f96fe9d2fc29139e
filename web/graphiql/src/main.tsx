import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { createLocalStorage } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { readApiKey } from './api-key.js';
import { createFetcher, post } from './fetcher.js';
import { headersFor, preparedTabs, TAB_FACTS_QUERY } from './prepared-tabs.js';

const ENDPOINT = '/graphql';

interface Facts {
  readonly viewer: { readonly workspaceId: string };
  readonly cursor: string;
  readonly channels: { readonly nodes: readonly { readonly id: string }[] };
}

/** Undefined without a valid key, or when the server doesn't answer: the page then opens all the same. */
async function readFacts(apiKey: string | undefined): Promise<Facts | undefined> {
  if (apiKey === undefined) return undefined;
  try {
    const { data } = await post(ENDPOINT, { query: TAB_FACTS_QUERY }, { authorization: `Bearer ${apiKey}` });
    return (data ?? undefined) as Facts | undefined;
  } catch {
    return undefined;
  }
}

const apiKey = readApiKey();
const facts = await readFacts(apiKey);
// Tabs are remembered per workspace and key: after a reset the old ones, with ids that are no more, stay out of sight.
const namespace = ['parley', facts?.viewer.workspaceId ?? 'unknown', apiKey?.slice(-8) ?? ''].join(':');
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root.');

createRoot(root).render(
  <StrictMode>
    <GraphiQL
      fetcher={createFetcher(ENDPOINT, apiKey)}
      storage={createLocalStorage({ namespace })}
      defaultTabs={preparedTabs({ apiKey, channelId: facts?.channels.nodes[0]?.id, cursor: facts?.cursor })}
      defaultHeaders={headersFor(apiKey)}
      defaultEditorToolsVisibility={apiKey === undefined ? 'headers' : 'variables'}
      shouldPersistHeaders
    />
  </StrictMode>,
);
