import type {
  Action as ActionData,
  ContactCard as ContactCardData,
  Media as MediaData,
  MessageContent as ContentData,
  TemplateParameter as TemplateParameterData,
} from '../events/message/content.js';
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
  if (state.content === null) return instance(RemovedContent, { text: '', reason: 'ERASED' });
  return ofKind(state.content, reach);
}

function ofKind(content: ContentData, reach: Reach): MessageContent {
  switch (content.kind) {
    case 'text':
      return toText(content);
    case 'image':
      return instance(ImageContent, { ...captioned(content), images: content.images.map(toMedia) });
    case 'file':
      return instance(FileContent, { ...captioned(content), files: content.files.map(toMedia) });
    case 'location':
      return toLocation(content);
    case 'list':
      return toList(content);
    case 'contacts':
      return instance(ContactsContent, { text: content.text, contacts: content.contacts.map(toContactCard) });
    case 'carousel':
      return toCarousel(content);
    case 'reaction':
      return instance(ReactionContent, {
        text: content.text,
        emoji: content.emoji,
        targetMessageId: content.targetMessageId,
        readAfter: reach.readAfter,
        asOf: reach.asOf,
      });
    case 'template':
      return toTemplate(content);
    case 'unsupported':
      return instance(UnsupportedContent, { text: content.text, kind: content.providerKind });
    default:
      throw new UnreachableCaseError(content);
  }
}

type OfKind<Kind extends ContentData['kind']> = Extract<ContentData, { kind: Kind }>;

const toText = (content: OfKind<'text'>) =>
  instance(TextContent, {
    text: content.text,
    title: content.title ?? null,
    footer: content.footer ?? null,
    subject: content.subject ?? null,
    actions: content.actions.map(toAction),
    attachments: content.attachments.map(toMedia),
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

const toCarousel = (content: OfKind<'carousel'>) =>
  instance(CarouselContent, {
    text: content.text,
    cards: content.cards.map((card) =>
      instance(Card, {
        title: card.title ?? null,
        text: card.text ?? null,
        media: card.media === undefined ? null : toMedia(card.media),
        actions: card.actions.map(toAction),
      }),
    ),
  });

const toTemplate = (content: OfKind<'template'>) =>
  instance(TemplateContent, {
    text: content.text,
    name: content.name,
    locale: content.locale ?? null,
    version: content.version ?? null,
    parameters: content.parameters.map(toTemplateParameter),
  });

const toTemplateParameter = (parameter: TemplateParameterData) =>
  instance(TemplateParameter, {
    key: parameter.key,
    part: parameter.part,
    value: parameter.value ?? null,
    media: parameter.media === undefined ? null : toMedia(parameter.media),
  });

const toMedia = (media: MediaData) =>
  instance(Media, {
    url: media.url,
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
