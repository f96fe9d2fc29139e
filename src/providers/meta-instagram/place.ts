import { GRAPH_BASE_URL } from '../meta/graph-call.js';
import type { InstagramSettings } from './settings.js';

type Login = Pick<InstagramSettings, 'login' | 'accountId'>;

/** Each login has a host of its own. */
export const hostOf = ({ login }: Login): string => (login === 'PAGE' ? GRAPH_BASE_URL : 'https://graph.instagram.com');

/** Who calls: with a page's token the page itself, whose id no setting says. */
export const callerPathOf = ({ login, accountId }: Login): string => (login === 'PAGE' ? '/me' : `/${accountId}`);
