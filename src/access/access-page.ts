import { markdownTable as table } from '../markdown-table.js';
import { FIELD_SCOPES, OBJECT_SCOPES, OPERATION_RULES, ruleName } from './matrix.js';
import { scopeName } from './scope-names.js';

const BEGIN = '<!-- From here on written by `npm run emit`. -->';
const END = '<!-- Up to here. -->';

/** `docs/access.md` with its tables as the matrix has them; what people wrote around them stays. @throws Error without the marks */
export function withAccessTables(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The page must have the marks ${BEGIN} and ${END}.`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${tables()}\n\n${page.slice(end)}`;
}

const tables = (): string =>
  [
    '## Operations',
    table(
      ['Operation', 'Scope', 'Client token'],
      Object.entries(OPERATION_RULES).map(([name, rule]) => [
        `\`${name}\``,
        rule.scope === 'ANY' ? ruleName(rule) : `\`${ruleName(rule)}\``,
        rule.isForClients ? 'within its limits' : 'no',
      ]),
    ),
    '## Objects, however they are reached',
    table(
      ['Object', 'Scope'],
      Object.entries(OBJECT_SCOPES).map(([name, scope]) => [`\`${name}\``, `\`${scopeName(scope)}\``]),
    ),
    '## Fields that need more than their object',
    table(
      ['Field', 'Scope'],
      Object.entries(FIELD_SCOPES).map(([name, scope]) => [`\`${name}\``, `\`${scopeName(scope)}\``]),
    ),
  ].join('\n\n');
