import { AppError } from '../errors.js';
import type { Scope } from './caller.js';
import { scopeName } from './scope-names.js';

export const unauthenticated = (): AppError =>
  new AppError(
    'UNAUTHENTICATED',
    'Give a valid API key: `Authorization: Bearer pk_…` or `x-api-key: pk_…`, over WebSocket in `connectionParams`.',
  );

export const lacksScope = (scope: Scope): AppError =>
  new AppError('FORBIDDEN', `This needs the scope ${scopeName(scope)}, which the credential does not have.`);

export const forbiddenToClients = (): AppError =>
  new AppError(
    'FORBIDDEN',
    'A client token reads the conversations and contacts that it names, and does nothing else.',
  );
