import type { GraphQLScalarType } from 'graphql';
import { Field, Int, ObjectType, type ClassType } from 'type-graphql';

@ObjectType({ description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more items follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether items precede this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'For `before`: the page before this one. A page cursor; of `events` also a journal cursor.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'For `after`: the page after this one. A page cursor; of `events` also a journal cursor.',
  })
  endCursor!: string | null;
}

/** A page in the shape that clients see. */
export interface Connection<Item> {
  edges: readonly { readonly cursor: string; readonly node: Item }[];
  nodes: readonly Item[];
  pageInfo: PageInfo;
  totalCount: number | null;
}

/** Makes `<Name>Connection` and `<Name>Edge`. */
export function connectionOf(
  name: string,
  nodeType: () => ClassType | (abstract new () => unknown),
  cursorType: GraphQLScalarType | StringConstructor = String,
): ClassType<Connection<object>> {
  @ObjectType(`${name}Edge`, { description: `One ${name.toLowerCase()} in its list.` })
  class Edge {
    @Field(() => cursorType, { description: 'The place in the list, for `after` and `before`.' })
    cursor!: string;

    @Field(nodeType, { description: 'What stands there.' })
    node!: object;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name.toLowerCase()}s.` })
  class PageOfItems implements Connection<object> {
    @Field(() => [Edge], { description: 'The items with their places.' })
    edges!: readonly Edge[];

    @Field(() => [nodeType()], { description: 'The items alone.' })
    nodes!: readonly object[];

    @Field(() => PageInfo, { description: 'Where the page lies.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { nullable: true, description: 'How many there are in all. Null where counting would scan.' })
    totalCount!: number | null;
  }
  return PageOfItems;
}
