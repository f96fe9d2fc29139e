import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { Note as NoteState } from '../events/conversation/note.js';
import type { Connection } from '../schema/graphql/connection.type.js';
import { NoteConnection } from '../schema/graphql/connections.js';
import { Conversation } from '../schema/graphql/conversation.type.js';
import { AddNoteInput, AddNotePayload, Note } from '../schema/graphql/note.type.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import { toPageRequest } from './arguments.js';
import type { RequestContext } from './context.js';
import { threadOf } from './conversation.view.js';
import { instance } from './instance.js';
import { toConnection } from './page.view.js';
import { outcomeOf } from './user-error.view.js';
import { viewOf } from './view.js';

@Resolver(() => Conversation)
export class NoteResolver {
  @FieldResolver(() => NoteConnection, {
    description: 'Internal notes, oldest first. Without `first`: the last 25. They are none of `messages`.',
  })
  notes(
    @Root() { state, asOf }: Conversation,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Note>> {
    const { notePages } = viewOf(asOf, context).loaders;
    return toConnection(
      toPageRequest(args, 'backward'),
      (page) => notePages.load({ ...threadOf(state), page }),
      toNote,
    );
  }

  @Mutation(() => AddNotePayload, { description: 'Adds an internal note. It is never sent.' })
  async addNote(
    @Arg('input', () => AddNoteInput, { description: 'Where, and what it says.' })
    { conversationId, text, authorId, idempotencyKey }: AddNoteInput,
    @Ctx() { commands, caller, startedAt, cursors }: RequestContext,
  ): Promise<AddNotePayload> {
    const optional = { authorId: authorId ?? undefined, idempotencyKey: idempotencyKey ?? undefined };
    const result = await commands.addNote(caller, { conversationId, text, ...optional }, startedAt);
    return instance(AddNotePayload, {
      note: result.ok ? toNote(result.value) : null,
      ...outcomeOf(result, cursors),
    });
  }
}

const toNote = ({ id, text, authorId, createdAt }: NoteState): Note =>
  instance(Note, { id, text, authorId, createdAt });
