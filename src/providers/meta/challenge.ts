import { isSecret } from '../authenticity.js';

const CHALLENGE_LENGTH_MAX = 255;

/** What the GET is answered by which Meta asks whether an address is ours; undefined: whoever asks doesn't know the token. */
export function answerChallenge(query: URLSearchParams, verifyToken: string): string | undefined {
  const challenge = query.get('hub.challenge') ?? '';
  const isAsked = query.get('hub.mode') === 'subscribe' && challenge !== '' && challenge.length <= CHALLENGE_LENGTH_MAX;
  return isAsked && isSecret(query.get('hub.verify_token') ?? undefined, verifyToken) ? challenge : undefined;
}
