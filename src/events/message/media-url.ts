import { refusePublicUrl, refuseUrl, type UrlRules } from '../kernel/public-url.js';

/** Why a URL can't be an action's link; undefined: it can. */
export const refuseLink = refuseUrl;

/**
 * Why a URL can't be media; undefined: it can. Judged by its form and literal address alone: only the provider fetches
 * it, so no name is looked up.
 */
export const refuseMediaUrl = (text: string, rules?: UrlRules): string | undefined => refusePublicUrl(text, rules);
