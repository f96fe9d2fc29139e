import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType({ description: 'Whatever can be fetched by its id alone.' })
export abstract class Node {
  @Field(() => ID, { description: 'A TypeID: its prefix names the kind.' })
  id!: string;
}
