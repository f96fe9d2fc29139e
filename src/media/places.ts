/** Places for what is open at once. */
export interface Places {
  /** Takes one, and answers what gives it back (once); undefined: none is free. */
  take(holder: string): (() => void) | undefined;
  taken(): number;
}

/** @param each what one holder may have of all: whoever reads slowly keeps no place from the others */
export function createPlaces(all: number, each: number): Places {
  const byHolder = new Map<string, number>();
  let taken = 0;
  return {
    taken: () => taken,
    take(holder) {
      const held = byHolder.get(holder) ?? 0;
      if (taken >= all || held >= each) return undefined;
      taken += 1;
      byHolder.set(holder, held + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        taken -= 1;
        const left = (byHolder.get(holder) ?? 1) - 1;
        if (left > 0) byHolder.set(holder, left);
        else byHolder.delete(holder);
      };
    },
  };
}
