import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MessageFailureData } from '../../src/events/message/events.js';
import { outcomeOf as birdOutcomeOf } from '../../src/providers/bird/answer.js';
import { failureOfMessage } from '../../src/providers/bird/failures.js';
import { outcomeOf as botmakerOutcomeOf } from '../../src/providers/botmaker/answer.js';
import { failureOfReason } from '../../src/providers/botmaker/failures.js';
import { outcomeOf as cbotOutcomeOf } from '../../src/providers/cbot/answer.js';
import { meaningOfClientCode } from '../../src/providers/cbot/failures.js';
import type { HttpAnswer } from '../../src/providers/http-call.js';
import { MEANINGS as INSTAGRAM } from '../../src/providers/meta-instagram/failures.js';
import { MEANINGS as MESSENGER } from '../../src/providers/meta-messenger/failures.js';
import { outcomeOf as whatsAppOutcomeOf } from '../../src/providers/meta-whatsapp/answer.js';
import { MEANINGS as WHATSAPP } from '../../src/providers/meta-whatsapp/failures.js';
import { meaningOfCode, type GraphMeanings } from '../../src/providers/meta/failures.js';
import { messagingOutcomeOf } from '../../src/providers/meta/messaging/answer.js';
import type { Outcome } from '../../src/providers/provider.js';
import { outcomeOf as telegramOutcomeOf } from '../../src/providers/telegram/answer.js';
import { outcomeOf as whautochatOutcomeOf } from '../../src/providers/whautochat/answer.js';

/** A row of a page's errors: what the provider says, what becomes of the message, and whether it may be sent again. */
interface Row {
  readonly cell: string;
  readonly becomes: string;
  readonly again: string;
}

function rowsOf(page: string): Row[] {
  const text = readFileSync(new URL(`../../docs/providers/${page}.md`, import.meta.url), 'utf8');
  const lines = (text.split('\n## Errors\n')[1] ?? '').split('\n');
  return lines.flatMap((line, at) => {
    const [, cell = '', becomes = '', again = ''] = line.split('|').map((one) => one.trim());
    const isHead = lines[at + 1]?.startsWith('| --') === true || cell.startsWith('--');
    return line.startsWith('| ') && !isHead ? [{ cell, becomes, again }] : [];
  });
}

/** What a row claims, and what an adapter says, in the same words. */
interface End {
  readonly end: string;
  readonly isRetryable?: boolean;
}

function claimOf({ becomes, again }: Row): End {
  if (becomes.startsWith('put off')) return { end: 'put off' };
  if (becomes === 'OUTCOME_UNKNOWN') return { end: 'unknown' };
  const code = /^`([A-Z_]+)`/.exec(becomes)?.[1] ?? becomes;
  return { end: code, isRetryable: !/^(no\b|when the contact wrote|as a template)/.test(again) };
}

const failed = ({ code, isRetryable }: MessageFailureData): End => ({ end: code, isRetryable });

function endOf(outcome: Outcome): End {
  if (outcome.kind === 'rejected') return failed(outcome.failure);
  return { end: outcome.kind === 'throttled' || outcome.kind === 'unavailable' ? 'put off' : outcome.kind };
}

const answered = (status: number, json: unknown): HttpAnswer => ({
  ...{ kind: 'answered', status, headers: {}, text: JSON.stringify(json), json },
});

/** A cell begins each code with its figure, also with a subcode; of a range both ends: `200–299, 10/2018065 outside it`. */
const figuresOf = (cell: string): string[] =>
  cell.split(/[,;] /).flatMap((one) => {
    const [, first = '', last = ''] = /^(\d+(?:\/\d+)?)(?:(?:–| to )(\d+))?(?!\w)/.exec(one) ?? [];
    return [first, last].filter((figure) => figure !== '');
  });

const statusesOf = (cell: string): number[] => [
  ...figuresOf(cell).map(Number),
  ...(cell.includes('5xx') ? [500, 502, 503, 504] : []),
];

const NOBODYS_CODE = '987654';

const graphError = (figure: string, status: number): HttpAnswer => {
  const [code, subcode] = figure.split('/').map(Number);
  return answered(status, { error: { code, error_subcode: subcode, message: `(#${figure})` } });
};

/** A code of the Graph API means the same under whatever status it comes. */
const saidByGraph = (cell: string): HttpAnswer[] => [
  ...figuresOf(cell).flatMap((figure) => [200, 400, 403, 500].map((status) => graphError(figure, status))),
  ...(cell.includes('HTTP 429') ? [answered(429, {})] : []),
  ...(cell.includes('5xx') ? [answered(500, {}), graphError(NOBODYS_CODE, 503)] : []),
  ...(cell.includes('anything else') ? [graphError(NOBODYS_CODE, 400), answered(404, {})] : []),
];

const saidByWhautochat = (cell: string): HttpAnswer[] =>
  cell.startsWith('200 with')
    ? [answered(200, { id: 'm', error: 'No' }), answered(200, { id: 'm', status: 'failed' })]
    : statusesOf(cell).map((status) => answered(status, { error: 'No' }));

const gateway = (status: number, said: string): HttpAnswer =>
  answered(status, { meta: { success: false, http_code: status, developer_message: said } });

const saidByCbot = (cell: string): HttpAnswer[] => [
  ...figuresOf(cell).flatMap((code) =>
    [200, 400, 500].map((status) => answered(status, { errors: [{ code: Number(code), title: 'No' }] })),
  ),
  ...(cell.includes('exceeded the limit') ? [gateway(400, 'exceeded the limit of 1 request'), answered(429, {})] : []),
  ...(cell.includes("gateway's 401 and 403") ? [gateway(401, 'No'), gateway(403, 'No')] : []),
  ...(cell.includes('5xx') ? [answered(502, {})] : []),
];

/** `403 bot was blocked, bot was kicked`: what stands in the description, in any spelling. */
function saidByTelegram(cell: string): HttpAnswer[] {
  const error = (status: number, said: string) =>
    answered(status, { ok: false, error_code: status, description: `Bad Request: ${said.toUpperCase()}` });
  const [, status, words = ''] = /^(\d{3}) (\D*)$/.exec(cell) ?? [];
  return status === undefined
    ? statusesOf(cell).map((one) => error(one, 'x'))
    : words.split(', ').map((said) => error(Number(status), said));
}

/** `400 about the intent, template, variables`: which part of the call an error names. */
function saidByBotmaker(cell: string): HttpAnswer[] {
  const [, status, words] = /^(\d{3}) (about .*|code \d+|anything else)$/.exec(cell) ?? [];
  if (status === undefined) return statusesOf(cell).map((one) => answered(one, {}));
  const named = words?.match(/\b(?!about\b|the\b|or\b|code\b|anything\b|else\b)\w+/g) ?? ['text'];
  return named.map((one) => answered(Number(status), { errors: [{ type: one, source: one }] }));
}

const SOURCES = ['accounting', 'contact'];
/** Of a message that failed later: `14xxx, of accounting`; `other 12xxx` is a code of that group that no row names. */
function toldByBird(cell: string): MessageFailureData[] {
  const name = SOURCES.find((one) => cell.includes(`\`${one}\``));
  const groups = [...cell.matchAll(/\b(\d\d)xxx/g)].map(([, group]) => Number(`${group ?? ''}987`));
  return [...figuresOf(cell).map(Number), ...groups].map((code) => failureOfMessage({ code, source: { name } }));
}

const ends = (outcomeOf: (answer: HttpAnswer) => Outcome, said: (cell: string) => HttpAnswer[]) => (cell: string) =>
  said(cell).map((answer) => endOf(outcomeOf(answer)));
const messaging = (meanings: GraphMeanings) => (answer: HttpAnswer) => messagingOutcomeOf(answer, meanings, true);

const PAGES: Readonly<Record<string, (cell: string) => End[]>> = {
  'meta-whatsapp': ends(whatsAppOutcomeOf, saidByGraph),
  'meta-messenger': ends(messaging(MESSENGER), saidByGraph),
  'meta-instagram': ends(messaging(INSTAGRAM), saidByGraph),
  whautochat: ends(whautochatOutcomeOf, saidByWhautochat),
  cbot: ends(cbotOutcomeOf, saidByCbot),
  telegram: ends(telegramOutcomeOf, saidByTelegram),
  botmaker: (cell) =>
    cell === 'later: anything else'
      ? ['131999.0', 'No credit', undefined].map((reason) => failed(failureOfReason(reason)))
      : ends((answer) => botmakerOutcomeOf(answer, 'text'), saidByBotmaker)(cell),
  bird: (cell) =>
    /\d{5}|xxx/.test(cell)
      ? toldByBird(cell).map(failed)
      : ends(birdOutcomeOf, (of) => statusesOf(of).map((status) => answered(status, {})))(cell),
};

/** Rows that lead to another page's. */
const isElsewhere = ({ becomes }: Row): boolean => becomes.startsWith('as [WhatsApp]');

describe.each(Object.entries(PAGES))(
  'the errors of docs/providers/%s.md are what the adapter makes of them',
  (page, endsOf) => {
    const rows = rowsOf(page);
    it('has a table', () => expect(rows.length).toBeGreaterThan(5));
    it.each(rows.filter((row) => !isElsewhere(row)))('$cell', (row) => {
      const all = endsOf(row.cell);
      expect(all.length).toBeGreaterThan(0);
      expect(new Set(all.map((end) => JSON.stringify(end)))).toEqual(new Set([JSON.stringify(claimOf(row))]));
    });
  },
);

describe('no code that an adapter knows is missing in its page', () => {
  const documented = (page: string) => rowsOf(page).flatMap(({ cell }) => figuresOf(cell));
  const CODES = Array.from({ length: 200_000 }, (_none, code) => code);
  it.each([
    ['meta-whatsapp', WHATSAPP],
    ['meta-messenger', MESSENGER],
    ['meta-instagram', INSTAGRAM],
  ] as const)('%s', (page, meanings) => {
    const plain = CODES.filter((code) => meaningOfCode(code, undefined, meanings) !== undefined).map(String);
    const missing = [...plain.filter((code) => !/^2\d\d$/.test(code)), ...Object.keys(meanings)];
    expect(missing.filter((code) => !documented(page).includes(code))).toEqual([]);
  });

  it('cbot, on premises', () => {
    const known = CODES.filter((code) => meaningOfClientCode(code) !== undefined && !(code > 2_000 && code < 2_062));
    expect(known.map(String).filter((code) => !documented('cbot').includes(code))).toEqual([]);
  });
});

it('what comes from WhatsApp through Bird and Botmaker means what it means there', () => {
  for (const page of ['bird', 'botmaker']) expect(rowsOf(page).filter(isElsewhere)).toHaveLength(1);
  for (const figure of [...Object.keys(WHATSAPP), '190', '100']) {
    const meaning = meaningOfCode(Number(figure), undefined, WHATSAPP);
    const expected = { code: meaning?.code, isRetryable: meaning?.isRetryable };
    expect(failureOfReason(`${figure}.0`)).toMatchObject(expected);
    expect(failureOfMessage({ code: 15_001, source: { code: figure, name: 'whatsapp' } })).toMatchObject(expected);
  }
});
