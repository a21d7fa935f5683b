import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takeBatch } from './next-batch.ts';
import { newMessage, userA, userB } from './testing-messages.ts';

const users = [userA, userB];

/** Messages that wait: few Users, few RequestIDs and few versions, so that all that separates them comes up. */
const waiting = fc
  .array(fc.record({ user: fc.nat(1), counter: fc.bigInt(0n, 5n), version: fc.bigInt(1n, 2n) }), { maxLength: 40 })
  .map((all) =>
    all.map(({ user, counter, version }, index) => ({
      message: newMessage(counter, { userId: users[user] ?? userA, bytes: Buffer.from(`${index}`) }),
      directoryVersion: version,
    })),
  );
const passOver = fc.subarray(users).map((some) => new Set(some));
const keyOf = ({ message }: { message: { userId: string; counter: bigint | undefined } }) =>
  `${message.userId} ${message.counter}`;

describe('the next batch', () => {
  test('loses and invents nothing, and what is left stays in order', () => {
    fc.assert(
      fc.property(waiting, passOver, (all, over) => {
        const { batch, left } = takeBatch(all, over);
        expect(all.filter((one) => batch.includes(one))).toEqual(batch);
        expect(all.filter((one) => left.includes(one))).toEqual(left);
        expect(batch.length + left.length).toBe(all.length);
      }),
    );
  });

  test('is of one directory version, has each RequestID once, and nobody who is passed over', () => {
    fc.assert(
      fc.property(waiting, passOver, (all, over) => {
        const { batch } = takeBatch(all, over);
        expect(new Set(batch.map((one) => one.directoryVersion)).size).toBeLessThanOrEqual(1);
        expect(new Set(batch.map(keyOf)).size).toBe(batch.length);
        expect(batch.filter((one) => over.has(one.message.userId))).toEqual([]);
      }),
    );
  });

  test('never lets a message of a User pass one that came before it', () => {
    fc.assert(
      fc.property(waiting, passOver, (all, over) => {
        const { batch, left } = takeBatch(all, over);
        for (const one of batch) {
          const before = left.filter((other) => all.indexOf(other) < all.indexOf(one));
          expect(before.filter((other) => other.message.userId === one.message.userId)).toEqual([]);
        }
      }),
    );
  });

  test('takes something whenever somebody may go', () => {
    fc.assert(
      fc.property(waiting, passOver, (all, over) => {
        const { batch } = takeBatch(all, over);
        expect(batch.length > 0).toBe(all.some((one) => !over.has(one.message.userId)));
      }),
    );
  });

  test('holds no more than a batch may: messages, devices, bytes; one that is larger goes alone', () => {
    const many = (count: number, changes: object) =>
      Array.from({ length: count }, (_, index) => ({
        message: newMessage(BigInt(index), changes),
        directoryVersion: 1n,
      }));
    const none = new Set<never>();
    expect(takeBatch(many(1_001, {}), none).batch).toHaveLength(1_000);
    const devices = Array.from({ length: 15_000 }, () => userA);
    expect(takeBatch(many(3, { devices }), none).batch).toHaveLength(1);
    const bytes = Buffer.alloc(12 * 1024 * 1024);
    expect(takeBatch(many(3, { bytes }), none).batch).toHaveLength(2);
    expect(takeBatch(many(2, { bytes: Buffer.alloc(33 * 1024 * 1024) }), none).batch).toHaveLength(1);
  });
});
