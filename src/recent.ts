/** What was noted last, under its key: a map that forgets its oldest entries, so that it never grows. */
export interface Recent<Value> {
  get(key: string): Value | undefined;
  /** Makes it the youngest. */
  set(key: string, value: Value): void;
  delete(key: string): void;
  clear(): void;
}

export function createRecent<Value>(entriesMax: number): Recent<Value> {
  // A Map keeps the order in which keys came.
  const entries = new Map<string, Value>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries.keys();
      if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
