import kafkajs, { type Message, type PartitionerArgs } from 'kafkajs';

const { KafkaJSNonRetriableError } = kafkajs;

/** When kafkajs may attempt the same request again. */
export interface Attempts {
  /** Before each request: `first` is its first message. The first attempt may always begin. */
  begin(first: Message | undefined, retryForMs: number): void;
  /** No further attempt: the connection may be dead for ever, and kafkajs would wait on it again and again. */
  end(): void;
  /** Answers the partition that the message names. */
  readonly partitioner: (args: PartitionerArgs) => number;
}

/**
 * kafkajs bounds its retries by number only, and after a request that nobody answered (3 s) it repeats it on the same
 * connection. But it asks the partitioner anew at each attempt, which is where one too many is refused.
 */
export function createAttempts(): Attempts {
  let first: Message | undefined;
  let begun = 0;
  let deadline = 0;
  return {
    begin(message, retryForMs) {
      first = message;
      begun = 0;
      deadline = performance.now() + retryForMs;
    },
    end() {
      deadline = 0;
    },
    partitioner({ message }) {
      if (message === first) begun += 1;
      if (message === first && begun > 1 && performance.now() >= deadline)
        throw new KafkaJSNonRetriableError('Kafka did not take it in the time there is for retries.');
      return message.partition ?? 0;
    },
  };
}
