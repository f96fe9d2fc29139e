/** What a client sends through GraphQL, and the `body` that Bird's page prints for it. */
export interface BodySample {
  readonly name: string;
  /** A `ContentInput`. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const IMAGE = 'https://www.messagebird.com/image.png';
const [IMAGE_1, IMAGE_2] = ['https://www.messagebird.com/image1.png', 'https://www.messagebird.com/image2.png'];
const VIDEO = 'https://www.messagebird.com/videos/video.mp4';
const DOCUMENT = 'https://www.messagebird.com/documents/file-sample_150kB.pdf';

const asks = {
  reply: (text: string) => ({ kind: 'REPLY', text }),
  postback: (text: string, payload?: string) => ({ kind: 'POSTBACK', text, ...(payload && { payload }) }),
};
const wire = {
  reply: (text: string) => ({ type: 'reply', reply: { text } }),
  postback: (text: string, payload?: string) => ({ type: 'postback', postback: { text, ...(payload && { payload }) } }),
};

const text = (said: string, actions?: object[]) => ({ text: { text: said, ...(actions && { actions }) } });
const textBody = (said: string, actions?: object[]) => ({ type: 'text', ...text(said, actions) });

const image = (images: readonly (readonly [altText: string, url: string])[], said?: string, actions?: object[]) => ({
  image: {
    images: images.map(([altText, url]) => ({ altText, url })),
    ...{ ...(said && { text: said }), ...(actions && { actions }) },
  },
});
const imageBody = (
  images: readonly (readonly [altText: string, url: string])[],
  said?: string,
  actions?: object[],
) => ({
  type: 'image',
  image: {
    images: images.map(([altText, mediaUrl]) => ({ altText, mediaUrl })),
    ...{ ...(said && { text: said }), ...(actions && { actions }) },
  },
});

interface File {
  readonly contentType: string;
  readonly filename?: string;
}
const file = (files: readonly (readonly [url: string, File])[], said: string, actions?: object[]) => ({
  file: { files: files.map(([url, more]) => ({ url, ...more })), text: said, ...(actions && { actions }) },
});
const fileBody = (files: readonly (readonly [url: string, File])[], said: string, actions?: object[]) => ({
  type: 'file',
  file: { files: files.map(([mediaUrl, more]) => ({ mediaUrl, ...more })), text: said, ...(actions && { actions }) },
});

const oneImage = [['Label of first image', IMAGE]] as const;
const labelled = [['Image label', IMAGE]] as const;
const twoImages = [
  ['Label of first image', IMAGE_1],
  ['Label of second image', IMAGE_2],
] as const;
const twoLabelled = [
  ['First image label', IMAGE_1],
  ['Second image label', IMAGE_2],
] as const;
const video = [VIDEO, { contentType: 'video/mp4' }] as const;
const document = [DOCUMENT, { contentType: 'application/pdf' }] as const;
const passport = [DOCUMENT, { contentType: 'application/pdf', filename: 'passport.pdf' }] as const;

/**
 * Each sample of the page "Sending messages". Where it prints `mediaURL`, in three of them, `mediaUrl` stands here: that is
 * what the others print, and what the API's own schema names.
 */
export const SAMPLES: readonly BodySample[] = [
  { name: 'text', input: text('Single text message'), body: textBody('Single text message') },
  {
    name: 'text with reply buttons',
    input: text('Single text message with reply actions', [asks.reply('Reply action 1'), asks.reply('Reply action 2')]),
    body: textBody('Single text message with reply actions', [
      wire.reply('Reply action 1'),
      wire.reply('Reply action 2'),
    ]),
  },
  {
    name: 'text with postback actions',
    input: text('Single text message with postback actions', [
      asks.postback('Postback action 1', 'postback-payload-1'),
      asks.postback('Postback action 2', 'postback-payload-2'),
    ]),
    body: textBody('Single text message with postback actions', [
      wire.postback('Postback action 1', 'postback-payload-1'),
      wire.postback('Postback action 2', 'postback-payload-2'),
    ]),
  },
  {
    name: 'text with reply and postback actions',
    input: text('Single text message with reply and postback actions', [
      asks.postback('Postback action 1', 'postback-payload-1'),
      asks.reply('Reply action 1'),
    ]),
    body: textBody('Single text message with reply and postback actions', [
      wire.postback('Postback action 1', 'postback-payload-1'),
      wire.reply('Reply action 1'),
    ]),
  },
  { name: 'one image', input: image(oneImage), body: imageBody(oneImage) },
  {
    name: 'one image with text',
    input: image(oneImage, 'Single image message'),
    body: imageBody(oneImage, 'Single image message'),
  },
  {
    name: 'several images',
    input: image(twoImages, 'Multiple images message'),
    body: imageBody(twoImages, 'Multiple images message'),
  },
  {
    name: 'one image with postback actions',
    input: image(labelled, 'Single image message with postback actions', [
      asks.postback('Postback option 1', 'postback-payload-1'),
      asks.postback('Postback option 2', 'postback-payload-2'),
    ]),
    body: imageBody(labelled, 'Single image message with postback actions', [
      wire.postback('Postback option 1', 'postback-payload-1'),
      wire.postback('Postback option 2', 'postback-payload-2'),
    ]),
  },
  {
    name: 'one image with reply actions',
    input: image(labelled, 'Single image message with reply actions', [
      asks.reply('Reply action 1'),
      asks.reply('Reply action 2'),
    ]),
    body: imageBody(labelled, 'Single image message with reply actions', [
      wire.reply('Reply action 1'),
      wire.reply('Reply action 2'),
    ]),
  },
  {
    name: 'one image with postback and reply actions',
    input: image(labelled, 'Single image message with postback and reply actions', [
      asks.postback('Postback action', 'postback-payload'),
      asks.reply('Reply action'),
    ]),
    body: imageBody(labelled, 'Single image message with postback and reply actions', [
      wire.postback('Postback action', 'postback-payload'),
      wire.reply('Reply action'),
    ]),
  },
  {
    name: 'several images with postback actions',
    input: image(twoLabelled, 'Multiple images message with postback actions', [
      asks.postback('Postback action 1', 'postback-payload-1'),
      asks.postback('Postback action 2', 'postback-payload-2'),
    ]),
    body: imageBody(twoLabelled, 'Multiple images message with postback actions', [
      wire.postback('Postback action 1', 'postback-payload-1'),
      wire.postback('Postback action 2', 'postback-payload-2'),
    ]),
  },
  {
    name: 'several images with reply actions',
    input: image(twoLabelled, 'Multiple images message with reply actions', [
      asks.reply('Reply action 1'),
      asks.reply('Reply action 2'),
    ]),
    body: imageBody(twoLabelled, 'Multiple images message with reply actions', [
      wire.reply('Reply action 1'),
      wire.reply('Reply action 2'),
    ]),
  },
  {
    name: 'several images with postback and reply actions',
    input: image(
      [
        ['First image label', IMAGE_2],
        ['Second image label', IMAGE_2],
      ],
      'Multiple images message with postback and reply actions',
      [asks.postback('Postback action', 'postback-payload'), asks.reply('Reply action')],
    ),
    body: imageBody(
      [
        ['First image label', IMAGE_2],
        ['Second image label', IMAGE_2],
      ],
      'Multiple images message with postback and reply actions',
      [wire.postback('Postback action', 'postback-payload'), wire.reply('Reply action')],
    ),
  },
  { name: 'one file', input: file([video], 'Single file message'), body: fileBody([video], 'Single file message') },
  {
    name: 'one file with a postback without a payload and a reply action',
    input: file([video], 'Single file message', [asks.postback('Postback action'), asks.reply('Reply action')]),
    body: fileBody([video], 'Single file message', [wire.postback('Postback action'), wire.reply('Reply action')]),
  },
  {
    name: 'several files',
    input: file([video, document], 'Multiple files message'),
    body: fileBody([video, document], 'Multiple files message'),
  },
  {
    name: 'several files, one with its name',
    input: file([video, passport], 'Multiple files message'),
    body: fileBody([video, passport], 'Multiple files message'),
  },
  {
    name: 'several files with two postback actions and a reply action',
    input: file([video, passport], 'Multiple files message', [
      asks.postback('Postback action 1', 'postback-payload-1'),
      asks.postback('Postback action 2', 'postback-payload-2'),
      asks.reply('Reply action'),
    ]),
    body: fileBody([video, passport], 'Multiple files message', [
      wire.postback('Postback action 1', 'postback-payload-1'),
      wire.postback('Postback action 2', 'postback-payload-2'),
      wire.reply('Reply action'),
    ]),
  },
  {
    name: 'a location',
    input: {
      location: {
        ...{ latitude: 52.3435942, longitude: 4.9091077, label: 'MessageBird Amsterdam office' },
        address: 'Trompenburgstraat 2C, 1079 TX Amsterdam',
      },
    },
    body: {
      type: 'location',
      location: {
        coordinates: { latitude: 52.3435942, longitude: 4.9091077 },
        location: {
          address: 'Trompenburgstraat 2C, 1079 TX Amsterdam',
          label: 'MessageBird Amsterdam office',
        },
      },
    },
  },
  ...([undefined, ['Section 1', 'Section 2']] as const).map((titles) => listSample(titles)),
];

/** The page's copy breaks off within the second section. */
function listSample(titles: readonly string[] | undefined): BodySample {
  const rows = (kind: 'asks' | 'wire') =>
    [1, 2].map((row) =>
      (kind === 'asks' ? asks : wire).postback(`Postback action ${row}`, `postback-action-payload-${row}`),
    );
  const said = { title: 'List title', altText: 'List alt text', text: 'List text' };
  const items = (kind: 'asks' | 'wire') =>
    (titles ?? [undefined]).map((title) => ({ ...(title && { title }), actions: rows(kind) }));
  return {
    name: titles === undefined ? 'a list without sections' : 'a list with sections',
    input: { list: { ...said, sections: items('asks') } },
    body: { type: 'list', list: { items: items('wire'), ...said } },
  };
}
