import fc from 'fast-check';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createFrames, deliverWholeFrames } from '../../../../src/events/log/kafka/whole-frames.js';
import { eventually } from '../../../support/eventually.js';

const frame = (bytes: Buffer) => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
};

describe('createFrames', () => {
  it('answers frames only whole, however the bytes are cut up', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 4, maxLength: 40 }), { maxLength: 6 });
    const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 });
    fc.assert(
      fc.property(bodies, cuts, (found, steps) => {
        const frames = found.map((body) => frame(Buffer.from(body)));
        const all = Buffer.concat(frames);
        const ends = new Set(frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length));
        const takeWhole = createFrames();
        const taken: Buffer[] = [];
        let at = 0;
        for (let step = 0; at < all.length; step += 1) {
          const length = steps[step % steps.length] ?? 1;
          const whole = takeWhole(Buffer.from(all.subarray(at, at + length)));
          at += length;
          if (whole !== undefined) taken.push(whole);
          if (whole !== undefined) expect(ends).toContain(Buffer.concat(taken).length);
        }
        expect(Buffer.concat(taken).equals(all)).toBe(true);
      }),
    );
  });

  it('keeps half a frame to itself', () => {
    const takeWhole = createFrames();
    expect(takeWhole(frame(Buffer.from('answer')).subarray(0, 7))).toBeUndefined();
  });

  it('lets an answer without content through', () => {
    expect(createFrames()(frame(Buffer.alloc(0)))).toEqual(Buffer.alloc(4));
  });

  it.each([-1, 3, 0x7fffffff])('refuses a frame of %i bytes', (size) => {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(size);
    expect(() => createFrames()(bytes)).toThrow(`can't have ${size} bytes`);
  });
});

describe('deliverWholeFrames', () => {
  /** A socket of ours, and what the other side does with its end. */
  async function connected(serve: (socket: Socket) => void) {
    const server = createServer((socket) => serve(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = deliverWholeFrames(connect((server.address() as AddressInfo).port, '127.0.0.1'));
    const seen: { data: Buffer[]; errors: string[]; isClosed: boolean } = { data: [], errors: [], isClosed: false };
    socket.on('data', (chunk: Buffer) => seen.data.push(chunk));
    socket.on('error', ({ message }) => seen.errors.push(message));
    socket.on('close', () => {
      seen.isClosed = true;
      server.close();
    });
    return seen;
  }

  it('gives what is whole and drops the half that a connection ended in', async () => {
    const [one, two] = [frame(Buffer.from('first')), frame(Buffer.from('second'))];
    const seen = await connected((socket) => socket.end(Buffer.concat([one, two.subarray(0, 6)])));
    await eventually(() => expect(seen.isClosed).toBe(true));
    expect(seen).toEqual({ data: [one], errors: [], isClosed: true });
  });

  it('ends a connection that can not be read, as an error of the connection', async () => {
    const seen = await connected((socket) => socket.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n')));
    await eventually(() => expect(seen.isClosed).toBe(true));
    expect(seen.data).toEqual([]);
    expect(seen.errors).toEqual([expect.stringMatching(/can't have \d+ bytes/)]);
  });
});
