import DataLoader from 'dataloader';
import type { Page, PageRequest } from '../events/queries/finders.js';

/** A page of a list that belongs to something, by its id. */
export interface PageOf<Id> {
  readonly of: Id;
  readonly page: PageRequest;
  /** Those that are shown as it. Such a page is read by itself. */
  readonly absorbed?: readonly Id[];
}

export type PageLoader<Id, State> = DataLoader<PageOf<Id>, Page<State>, string>;

/**
 * Pages of lists that hang on the items of another list: those that are asked for alike are read together. One with a
 * cursor has one list only, and is read by itself, so that a cursor of another list takes nobody with it.
 */
export function createPageLoader<Id extends string, State>(
  readOne: (id: Id, page: PageRequest, absorbed?: readonly Id[]) => Promise<Page<State>>,
  readEach: (ids: readonly Id[], page: PageRequest) => Promise<readonly Page<State>[]>,
): PageLoader<Id, State> {
  const read = async (alike: readonly PageOf<Id>[]): Promise<readonly (Page<State> | Error)[]> => {
    const [one] = alike;
    if (one === undefined) return [];
    const reading =
      alike.length === 1
        ? readOne(one.of, one.page, one.absorbed).then((page) => [page])
        : readEach(idsOf(alike), one.page);
    return reading.catch((error: unknown) => alike.map(() => asError(error)));
  };
  return new DataLoader<PageOf<Id>, Page<State>, string>(
    async (asked) => {
      const groups = groupAlike<Id>(asked);
      const found = new Map<PageOf<Id>, Page<State> | Error>();
      const readGroup = async (group: readonly PageOf<Id>[]) => {
        const pages = await read(group);
        for (const [index, page] of pages.entries()) {
          const request = group[index];
          if (request !== undefined) found.set(request, page);
        }
      };
      await Promise.all(groups.map(readGroup));
      return asked.map((request) => found.get(request) ?? new Error('A page was not read.'));
    },
    { maxBatchSize: LISTS_MAX, cacheKeyFn: nameOf },
  );
}

/** Of one statement: as many as a page has items. */
const LISTS_MAX = 100;

const nameOf = ({ of, page, absorbed }: PageOf<string>): string => JSON.stringify([of, page, absorbed]);

const idsOf = <Id>(alike: readonly PageOf<Id>[]): Id[] => alike.map(({ of }) => of);

function groupAlike<Id extends string>(asked: readonly PageOf<Id>[]): readonly (readonly PageOf<Id>[])[] {
  const groups = new Map<string, PageOf<Id>[]>();
  for (const request of asked) {
    const { after, before } = request.page;
    const isAlone = after !== undefined || before !== undefined || request.absorbed !== undefined;
    const name = isAlone ? nameOf(request) : JSON.stringify(request.page);
    groups.set(name, [...(groups.get(name) ?? []), request]);
  }
  return [...groups.values()];
}

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error('Something that is no error was thrown.');
