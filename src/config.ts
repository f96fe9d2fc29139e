/** What the process was configured with; `readConfig` is the only reader of the environment. */
export interface Config {
  readonly host: string;
  /** `isDefault`: the next free port is taken when this one is. */
  readonly port: { readonly number: number; readonly isDefault: boolean };
  /** Undefined: Postgres itself is embedded. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** 32 bytes; undefined with the embedded default: made at first start and kept in the data directory. */
  readonly secretKey: Buffer | undefined;
  readonly bootstrapApiKey: string | undefined;
  /** Undefined: the address it listens on. */
  readonly publicUrl: string | undefined;
  readonly partitions: number;
  readonly corsOrigins: readonly string[];
  readonly isSandboxOn: boolean;
  readonly logLevel: string;
}
