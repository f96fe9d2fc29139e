import { Pool } from 'undici';
import type { Side } from '../compared-path.js';

/** What is posted next. */
export interface Posted {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Posting {
  /** Whole, with its path. */
  readonly url: string;
  readonly connections: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Operations that one request is. */
  readonly operationsEach?: number;
  next(): Posted;
  /** Whether the answer is what it should be: what is refused is quick, and says nothing. */
  isGood(status: number, body: string): boolean;
}

/** So many connections, each of which posts the next as soon as its last one was answered. */
export function postRepeatedly(posting: Posting): Side {
  const { origin, pathname: path } = new URL(posting.url);
  const pool = new Pool(origin, { connections: posting.connections, pipelining: 1 });
  const post = async () => {
    const { body, headers } = posting.next();
    const answer = await pool.request({ method: 'POST', path, headers: { ...posting.headers, ...headers }, body });
    const text = await answer.body.text();
    if (!posting.isGood(answer.statusCode, text))
      throw new Error(`Answered ${answer.statusCode}: ${text.slice(0, QUOTED_MAX)}`);
  };
  return {
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      let requests = 0;
      const call = async () => {
        while (performance.now() < until) {
          const startedAt = performance.now();
          await post();
          requests += 1;
          latenciesMs.push(performance.now() - startedAt);
        }
      };
      await Promise.all(Array.from({ length: posting.connections }, call));
      return { operations: requests * (posting.operationsEach ?? 1), latenciesMs: everyNth(latenciesMs, SAMPLES_MAX) };
    },
    close: () => pool.close(),
  };
}

/** Characters of an answer that is not what it should be. */
const QUOTED_MAX = 300;
/** All of them would be read from the pipe by the process that is measured. */
const SAMPLES_MAX = 2_000;

function everyNth(values: readonly number[], atMost: number): readonly number[] {
  const step = Math.ceil(values.length / atMost);
  return step <= 1 ? values : values.filter((_, index) => index % step === 0);
}
