import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** What one request may weigh before anything of it runs (design §14). */
export const LIMITS = {
  bodyBytesMax: 4 * 1024 * 1024,
  documentCharactersMax: 15_000,
  tokensMax: 1_000,
  depthMax: 10,
  aliasesMax: 15,
  directivesMax: 9,
  /** Selections once every spread is written out: more than the tokens can say plainly only by fragments of fragments. */
  selectionsMax: 1_000,
  /** Introspection is counted apart: GraphiQL's own query is 15 deep. Its lists are bounded by graphql-js itself. */
  introspectionDepthMax: 20,
} as const;

/** Of one selection set with all that is spread into it; what hangs under an introspection field is counted apart. */
interface Weight {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly selections: number;
}

const NOTHING: Weight = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, selections: 0 };

const sum = (a: Weight, b: Weight): Weight => ({
  depth: Math.max(a.depth, b.depth),
  introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
  aliases: a.aliases + b.aliases,
  directives: a.directives + b.directives,
  selections: a.selections + b.selections,
});

/** Validation rule: refuses an operation that is over a limit. Each fragment is weighed once, however often it is spread. */
export function limitsRule(context: ValidationContext): ASTVisitor {
  const weigh = createScale((name) => context.getFragment(name) ?? undefined);
  return {
    OperationDefinition(operation) {
      const own: Weight = { ...NOTHING, directives: operation.directives?.length ?? 0 };
      for (const excess of excessesOf(sum(own, weigh(operation.selectionSet)))) {
        context.reportError(new GraphQLError(excess, { nodes: operation }));
      }
    },
  };
}

function excessesOf(weight: Weight): string[] {
  const judged: readonly (readonly [number, number, string])[] = [
    [weight.depth, LIMITS.depthMax, 'nests too deep: at most %d levels'],
    [weight.introspectionDepth, LIMITS.introspectionDepthMax, 'asks the schema too deep: at most %d levels'],
    [weight.aliases, LIMITS.aliasesMax, 'has too many aliases: at most %d'],
    [weight.directives, LIMITS.directivesMax, 'has too many directives: at most %d'],
    [weight.selections, LIMITS.selectionsMax, 'selects too much through its fragments: at most %d fields'],
  ];
  return judged
    .filter(([found, max]) => found > max)
    .map(([, max, words]) => `The operation ${words.replace('%d', String(max))}.`);
}

function createScale(fragmentOf: (name: string) => FragmentDefinitionNode | undefined) {
  const known = new Map<string, Weight>();

  const ofSet = (set: SelectionSetNode | undefined): Weight =>
    (set?.selections ?? []).map(ofSelection).reduce(sum, NOTHING);

  function ofSelection(selection: SelectionNode): Weight {
    const own: Weight = { ...NOTHING, directives: selection.directives?.length ?? 0, selections: 1 };
    if (selection.kind === Kind.FRAGMENT_SPREAD) return sum(own, ofFragment(selection.name.value));
    const inner = ofSet(selection.selectionSet);
    if (selection.kind === Kind.INLINE_FRAGMENT) return sum(own, inner);
    const isMeta = selection.name.value === '__schema' || selection.name.value === '__type';
    const aliases = own.aliases + inner.aliases + (selection.alias === undefined ? 0 : 1);
    const counted = { ...sum(own, inner), aliases };
    return isMeta
      ? { ...counted, depth: 0, introspectionDepth: inner.depth + 1 }
      : { ...counted, depth: inner.depth + 1 };
  }

  /** A fragment within itself weighs nothing here: another rule refuses the cycle. */
  function ofFragment(name: string): Weight {
    const found = known.get(name);
    if (found !== undefined) return found;
    known.set(name, NOTHING);
    const fragment = fragmentOf(name);
    const own: Weight = { ...NOTHING, directives: fragment?.directives?.length ?? 0 };
    const weight = sum(own, ofSet(fragment?.selectionSet));
    known.set(name, weight);
    return weight;
  }
  return ofSet;
}
