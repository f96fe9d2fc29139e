export interface BrokerOptions {
  /** Its files; what is there already, it goes on with. */
  readonly dataDir: string;
  /** Default: a free one that the operating system picks. */
  readonly port?: number;
  readonly controllerPort?: number;
  /** Lines of `server.properties`, over ours. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Accounts made with the data, as `kafka-storage format --add-scram` takes them. */
  readonly scram?: readonly string[];
}

export interface Broker {
  /** For `KAFKA_BROKERS`. */
  readonly brokers: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly pid: number;
  /** Resolves when its process is gone. */
  readonly gone: Promise<unknown>;
  /** Resolves when its process is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** SIGTERM, and SIGKILL when that takes over 15 s. */
  stop(): Promise<void>;
}

/** Why no broker can be started on this machine, for people; undefined when one can. */
export function whyNoBroker(): string | undefined;
/** Fetches Kafka's jars with Maven, unless they are there. */
export function fetchJars(): Promise<void>;
/** Resolves when the broker answers. @throws Error with what it printed */
export function startBroker(options: BrokerOptions): Promise<Broker>;
