import type {
  Action as ActionData,
  ContactCard as ContactCardData,
  Media as MediaData,
  MessageContent as ContentData,
  TemplateParameter as TemplateParameterData,
} from '../events/message/content.js';
import type { MessageId } from '../events/kernel/ids.js';
import { UnreachableCaseError } from '../events/kernel/unreachable.js';
import type { MessageState } from '../events/message/state.js';
import {
  Action,
  Card,
  CarouselContent,
  ContactCard,
  ContactsContent,
  FileContent,
  ImageContent,
  ListContent,
  ListSection,
  LocationContent,
  Media,
  ReactionContent,
  RemovedContent,
  TemplateContent,
  TemplateParameter,
  TextContent,
  UnsupportedContent,
  type MessageContent,
} from '../schema/graphql/content.type.js';
import { instance } from './instance.js';
import type { Reach } from './loaders-behind.js';

/** What a message says; gone content is a kind of its own. @param reach what is reached through it is read by */
export function toContent(state: MessageState, reach: Reach = {}): MessageContent {
  // It was taken back: what it said stands in the journal alone.
  if (state.status === 'DELETED') return instance(RemovedContent, { text: '', reason: 'DELETED' });
  if (state.content === null) return instance(RemovedContent, { text: '', reason: 'ERASED' });
  return ofKind(state.content, { ...reach, messageId: state.id });
}

/** What is reached through it is read by this, and its media are this message's. */
interface Origin extends Reach {
  readonly messageId: MessageId;
}

function ofKind(content: ContentData, origin: Origin): MessageContent {
  switch (content.kind) {
    case 'text':
      return toText(content, origin);
    case 'image':
      return instance(ImageContent, { ...captioned(content), images: content.images.map(mediaOf(origin)) });
    case 'file':
      return instance(FileContent, { ...captioned(content), files: content.files.map(mediaOf(origin)) });
    case 'location':
      return toLocation(content);
    case 'list':
      return toList(content);
    case 'contacts':
      return instance(ContactsContent, { text: content.text, contacts: content.contacts.map(toContactCard) });
    case 'carousel':
      return toCarousel(content, origin);
    case 'reaction':
      return instance(ReactionContent, {
        text: content.text,
        emoji: content.emoji,
        targetMessageId: content.targetMessageId,
        readAfter: origin.readAfter,
        asOf: origin.asOf,
      });
    case 'template':
      return toTemplate(content, origin);
    case 'unsupported':
      return instance(UnsupportedContent, { text: content.text, kind: content.providerKind });
    default:
      throw new UnreachableCaseError(content);
  }
}

type OfKind<Kind extends ContentData['kind']> = Extract<ContentData, { kind: Kind }>;

const toText = (content: OfKind<'text'>, origin: Origin) =>
  instance(TextContent, {
    text: content.text,
    title: content.title ?? null,
    footer: content.footer ?? null,
    subject: content.subject ?? null,
    actions: content.actions.map(toAction),
    attachments: content.attachments.map(mediaOf(origin)),
    tapped: content.tapped === undefined ? null : toAction(content.tapped),
  });

const captioned = (content: OfKind<'image'> | OfKind<'file'>) => ({
  text: content.text,
  footer: content.footer ?? null,
  actions: content.actions.map(toAction),
});

const toLocation = (content: OfKind<'location'>) =>
  instance(LocationContent, {
    text: content.text,
    latitude: content.latitude,
    longitude: content.longitude,
    label: content.label ?? null,
    address: content.address ?? null,
  });

const toList = (content: OfKind<'list'>) =>
  instance(ListContent, {
    text: content.text,
    title: content.title ?? null,
    altText: content.altText ?? null,
    buttonText: content.buttonText ?? null,
    footer: content.footer ?? null,
    sections: content.sections.map((section) =>
      instance(ListSection, { title: section.title ?? null, actions: section.actions.map(toAction) }),
    ),
  });

const toContactCard = (card: ContactCardData) =>
  instance(ContactCard, { ...card, organization: card.organization ?? null });

const toCarousel = (content: OfKind<'carousel'>, origin: Origin) =>
  instance(CarouselContent, {
    text: content.text,
    cards: content.cards.map((card) =>
      instance(Card, {
        title: card.title ?? null,
        text: card.text ?? null,
        media: card.media === undefined ? null : mediaOf(origin)(card.media),
        actions: card.actions.map(toAction),
      }),
    ),
  });

const toTemplate = (content: OfKind<'template'>, origin: Origin) =>
  instance(TemplateContent, {
    text: content.text,
    name: content.name,
    locale: content.locale ?? null,
    version: content.version ?? null,
    parameters: content.parameters.map((parameter) => toTemplateParameter(parameter, origin)),
  });

const toTemplateParameter = (parameter: TemplateParameterData, origin: Origin) =>
  instance(TemplateParameter, {
    key: parameter.key,
    part: parameter.part,
    value: parameter.value ?? null,
    media: parameter.media === undefined ? null : mediaOf(origin)(parameter.media),
  });

const mediaOf =
  ({ messageId }: Origin) =>
  (media: MediaData) =>
    instance(Media, {
      ...{ messageId, place: media.url },
      contentType: media.contentType ?? null,
      filename: media.filename ?? null,
      altText: media.altText ?? null,
    });

const toAction = (action: ActionData) =>
  instance(Action, {
    kind: action.kind,
    text: action.text,
    payload: action.payload ?? null,
    url: action.url ?? null,
    description: action.description ?? null,
  });
