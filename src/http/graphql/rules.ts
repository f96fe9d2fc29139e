import { NoSchemaIntrospectionCustomRule, type ValidationRule } from 'graphql';
import { limitsRule } from './limits.js';

/** What a document must keep beside the specification's own rules, the same over HTTP and WebSocket. */
export const documentRules = (isIntrospectionOn: boolean): readonly ValidationRule[] =>
  isIntrospectionOn ? [limitsRule] : [limitsRule, NoSchemaIntrospectionCustomRule];
