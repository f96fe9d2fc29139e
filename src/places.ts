/** Places for what is open at once. */
export interface Places {
  /** Takes one, and answers what gives it back (once); undefined: none is free. */
  take(holder: string): (() => void) | undefined;
  /** Whether it would get one now. */
  isFree(holder: string): boolean;
  taken(): number;
}

/** @param each what one holder may have of all: whoever reads slowly keeps no place from the others */
export function createPlaces(all: number, each: number): Places {
  const byHolder = new Map<string, number>();
  let taken = 0;
  const heldBy = (holder: string) => byHolder.get(holder) ?? 0;
  const isFree = (holder: string) => taken < all && heldBy(holder) < each;
  return {
    taken: () => taken,
    isFree,
    take(holder) {
      if (!isFree(holder)) return undefined;
      taken += 1;
      byHolder.set(holder, heldBy(holder) + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        taken -= 1;
        const left = heldBy(holder) - 1;
        if (left > 0) byHolder.set(holder, left);
        else byHolder.delete(holder);
      };
    },
  };
}
