import { SCOPES, WORKSPACE_SCOPES, type Scope } from './caller.js';

/** `messages:send` for `MESSAGES_SEND`: how scopes are written outside GraphQL. */
export const scopeName = (scope: Scope): string => scope.toLowerCase().replace('_', ':');

export const SCOPE_NAMES: readonly string[] = SCOPES.map(scopeName);

/** What stands for every scope of a workspace: who shall administer the instance is named so. */
export const ALL_SCOPES = 'all';

/** `messages:send,messages:read`, or `all`: in the order of `SCOPES`, each once; undefined when one of them is none. */
export function parseScopes(text: string): readonly Scope[] | undefined {
  if (text === ALL_SCOPES) return WORKSPACE_SCOPES;
  const asked = text.split(',').map((name) => name.trim());
  return asked.every((name) => SCOPE_NAMES.includes(name))
    ? SCOPES.filter((scope) => asked.includes(scopeName(scope)))
    : undefined;
}
