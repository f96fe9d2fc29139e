import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { z } from 'zod';
import { pause } from '../lifecycle.js';
import type { ShownEvent } from './event-line.js';

export interface EventSource {
  /** Of the API, without a trailing slash. */
  readonly url: string;
  readonly key: string;
}

/** What the API answered that trying again does not change. `isInput`: what was asked for can't be meant. */
export class SourceRefusedError extends Error {
  override readonly name = 'SourceRefusedError';
  constructor(
    message: string,
    readonly isInput = false,
  ) {
    super(message);
  }
}

/** Nobody answers there, or not yet. */
export class SourceAwayError extends Error {
  override readonly name = 'SourceAwayError';
}

const ANSWER_WITHIN_MS = 10_000;

const graphqlErrors = z.array(
  z.object({ message: z.string(), extensions: z.object({ code: z.string() }).partial().optional() }),
);
const viewer = z.object({
  data: z.object({ cursor: z.string(), viewer: z.object({ scopes: z.array(z.string()) }) }).nullish(),
  errors: graphqlErrors.optional(),
});

/**
 * Who the key is, and the journal's end as it is now.
 * @throws SourceRefusedError, SourceAwayError
 */
export async function askViewer({ url, key }: EventSource, signal: AbortSignal) {
  const answer = await answerOf(url, key, signal);
  if (answer?.errors) throw toSourceError(answer.errors);
  if (!answer?.data) throw new SourceAwayError(`What answers at ${url} is no API of Parley.`);
  return { scopes: answer.data.viewer.scopes, cursor: answer.data.cursor };
}

async function answerOf(url: string, key: string, signal: AbortSignal): Promise<z.infer<typeof viewer> | undefined> {
  try {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: '{ cursor viewer { scopes } }' }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    return viewer.safeParse(await answer.json()).data;
  } catch {
    throw new SourceAwayError(`Nobody answers at ${url}.`);
  }
}

/** Codes of what may be otherwise in a moment, and of what the command line said. */
const PASSING: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'RATE_LIMITED',
  'NOT_YET_PROJECTED',
  'INTERNAL_SERVER_ERROR',
]);
const INPUT: ReadonlySet<string> = new Set(['BAD_USER_INPUT', 'NOT_FOUND', 'CURSOR_INVALID', 'CURSOR_EXPIRED']);

function toSourceError(errors: z.infer<typeof graphqlErrors>): Error {
  const [first] = errors;
  const code = first?.extensions?.code ?? '';
  const message = first?.message ?? 'The API refuses it.';
  return PASSING.has(code) ? new SourceAwayError(message) : new SourceRefusedError(message, INPUT.has(code));
}

export interface Following {
  readonly types: readonly string[] | undefined;
  readonly conversationId: string | undefined;
  readonly channelId: string | undefined;
  readonly messageId: string | undefined;
}

export interface Follower {
  /** Each event once, in the journal's order. */
  readonly onEvent: (event: ShownEvent) => void;
  /** Told once when the line is lost, and once when it is back. */
  readonly onLine: (isThere: boolean) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const BACK_OFF_MS = { first: 250, max: 5_000 } as const;

/**
 * Follows the journal from a cursor on, over lost connections: each time from the cursor of the last event, so that none
 * is missed and none comes twice. Resolves when the signal fires.
 * @throws SourceRefusedError
 */
export async function follow(source: EventSource, asked: Following, after: string, follower: Follower): Promise<void> {
  let cursor = after;
  let delayMs: number = BACK_OFF_MS.first;
  let isLost = false;
  const tellLine = (isThere: boolean) => {
    if (isLost === !isThere) return;
    isLost = !isThere;
    follower.onLine(isThere);
  };
  const isOver = () => follower.signal.aborted;
  while (!isOver()) {
    const ended = await followOnce(source, { ...asked, after: cursor }, follower.signal, {
      onOpen: () => {
        delayMs = BACK_OFF_MS.first;
        tellLine(true);
      },
      onEvent: (event) => {
        cursor = event.cursor;
        follower.onEvent(event);
      },
    });
    if (ended instanceof SourceRefusedError) throw ended;
    if (isOver()) return;
    tellLine(false);
    await pause(delayMs, follower.signal);
    delayMs = Math.min(delayMs * 2, BACK_OFF_MS.max);
  }
}

const SUBSCRIPTION = `subscription ($after: Cursor, $filter: EventFilter) {
  eventPublished(after: $after, filter: $filter) { event {
    id type version source subject time recordedAt cursor channelId conversationId contactId messageId data } } }`;

interface Published extends Record<string, unknown> {
  readonly eventPublished: { readonly event: ShownEvent };
}

interface Listener {
  readonly onOpen: () => void;
  readonly onEvent: (event: ShownEvent) => void;
}

/** Over one connection. Resolves with why it ended; undefined: the server closed it in order. */
async function followOnce(
  source: EventSource,
  { after, ...filter }: Following & { readonly after: string },
  signal: AbortSignal,
  { onOpen, onEvent }: Listener,
): Promise<Error | undefined> {
  const client = connect(source, onOpen);
  const end = () => client.terminate();
  signal.addEventListener('abort', end);
  try {
    return await new Promise<Error | undefined>((resolve) => {
      client.subscribe<Published>(
        { query: SUBSCRIPTION, variables: { after, filter } },
        {
          next: ({ data, errors }) => {
            if (data) onEvent(data.eventPublished.event);
            else if (errors) resolve(refusalOf(errors));
          },
          error: (error) => resolve(refusalOf(error)),
          complete: () => resolve(undefined),
        },
      );
    });
  } finally {
    signal.removeEventListener('abort', end);
    client.terminate();
  }
}

/** A line that fell silent is none: without an answer to a ping within 5 s another one is made. */
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

function connect({ url, key }: EventSource, onOpen: () => void): Client {
  let silence: NodeJS.Timeout | undefined;
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    retryAttempts: 0,
    keepAlive: PING_EVERY_MS,
    connectionAckWaitTimeout: ANSWER_WITHIN_MS,
    on: {
      connected: onOpen,
      ping: (received) => {
        if (!received) silence = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: () => clearTimeout(silence),
      closed: () => clearTimeout(silence),
    },
  });
  return client;
}

const CLOSED_FORBIDDEN = 4_403;

/** graphql-ws tells GraphQL errors as an array, and a closed socket as its event. */
function refusalOf(error: unknown): Error {
  const parsed = graphqlErrors.safeParse(error);
  if (parsed.success) return toSourceError(parsed.data);
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === CLOSED_FORBIDDEN) return new SourceRefusedError('The API does not accept this key any more.');
  return new SourceAwayError('The connection was lost.');
}
