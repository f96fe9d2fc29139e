/** Where a GraphQL server is, and who asks. */
export interface Server {
  readonly url: string;
  readonly apiKey: string;
}

/** One GraphQL request, outside of what is measured. @throws Error with what was answered instead of data */
export async function ask<Data>(
  { url, apiKey }: Server,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Data> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ query, variables }),
  });
  const text = await answer.text();
  const { data, errors } = JSON.parse(text) as { data?: Data; errors?: unknown };
  if (data === undefined || data === null || errors !== undefined) throw new Error(`GraphQL answered ${text}`);
  return data;
}

/** @param settings what the provider needs */
export async function createSandboxChannel(
  server: Server,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { createChannel } = await ask<{ createChannel: { channel: { id: string } | null } }>(
    server,
    `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } userErrors { code } } }`,
    { input: { name: 'Bench', provider: 'SANDBOX', platform: 'WHATSAPP', settings } },
  );
  if (createChannel.channel === null) throw new Error('The channel was refused.');
  return createChannel.channel.id;
}
