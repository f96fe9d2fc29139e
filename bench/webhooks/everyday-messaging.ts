const AT = 1_760_000_000_123;
const CONTACT = '24001234567890123';

/** @param mid as the product writes the ids of messages */
const everyday = (object: string, account: string, mid: string, receipts: readonly object[]): readonly unknown[] => {
  const of = (said: object) => ({
    object,
    entry: [
      {
        ...{ id: account, time: AT },
        messaging: [{ sender: { id: CONTACT }, recipient: { id: account }, timestamp: AT, ...said }],
      },
    ],
  });
  const echo = { mid, is_echo: true, app_id: 987_654_321_012_345, text: 'It will be with you tomorrow before noon.' };
  return [
    of({ message: { mid, text: 'When will it be here? I am at home from ten on.' } }),
    of({ message: { mid, text: 'Yes', quick_reply: { payload: 'ok-14' } } }),
    of({
      message: {
        ...{ mid, reply_to: { mid } },
        attachments: [{ type: 'image', payload: { url: `https://scontent.example/v/t1.15752-9/${'a'.repeat(180)}` } }],
      },
    }),
    of({ postback: { mid, title: 'Where is my order?', payload: 'where' } }),
    ...[0, 1].map(() =>
      of({
        ...{ sender: { id: account }, recipient: { id: CONTACT } },
        message: { ...echo, metadata: 'msg_01h455vb4pex5vsknk084sn02q.1.0' },
      }),
    ),
    ...receipts.map(of),
  ];
};

const M_ID = 'm_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqxqMvK8ma6AC8fplwlqLP_5cgXIbu7I3rBN0P';
export const META_MESSENGER = everyday('page', '1100', M_ID, [
  { delivery: { mids: [M_ID], watermark: AT + 1_000 } },
  { delivery: { watermark: AT + 1_000 } },
  { read: { watermark: AT + 2_000 } },
]);

const IG_ID = 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAwMDAwMDAwMDAwOjM0MDI4MjM2Njg0MTcxMDMwMTI0NDI1';
export const META_INSTAGRAM = everyday('instagram', '17841400', IG_ID, [
  { read: { mid: IG_ID } },
  { read: { mid: IG_ID } },
]);
