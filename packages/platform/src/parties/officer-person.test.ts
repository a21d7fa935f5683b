import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areDifferentPeople, keyDigest, mailboxOf, type OfficerOf, Registered } from './officer-person.ts';

const jane: OfficerOf = {
  userId: 'A',
  name: 'Jane Smith',
  email: 'jane@supplier.example',
  fingerprint: 'c1',
  key: 'k1',
  isRevoked: false,
};
const bob: OfficerOf = { ...jane, name: 'Bob Jones', email: 'bob@supplier.example', fingerprint: 'c2', key: 'k2' };

describe('who is the second person', () => {
  test('another certificate, key, mailbox and name', () => {
    expect(areDifferentPeople(jane, bob)).toBe(true);
  });
  // each way by which one person could look like two
  for (const [way, changes] of Object.entries({
    'one certificate twice': { fingerprint: 'c1' },
    'one key in two certificates': { key: 'k1' },
    'one address, in other letters': { email: 'JANE@supplier.example' },
    'one mailbox with something behind a plus sign': { email: 'jane+second@supplier.example' },
    'one name at two addresses': { name: 'Jane Smith' },
    'one name, with other blanks and letters': { name: ' jane  ＳＭＩＴＨ ' },
    'one name with a space of no width': { name: 'Jane\u200b Smith' },
    'one name with a soft hyphen and a filler': { name: 'Ja\u00adne Smith\u3164' },
  })) {
    test(`${way} is one person`, () => {
      expect(areDifferentPeople(jane, { ...bob, ...changes })).toBe(false);
    });
  }
  test('what is not known of a key does not make two the same', () => {
    expect(areDifferentPeople({ ...jane, key: undefined }, { ...bob, key: undefined })).toBe(true);
  });
});

describe('who is registered', () => {
  const taken = (officer: Partial<OfficerOf>, known: readonly OfficerOf[] = [jane]) =>
    new Registered(known).take({ ...bob, ...officer })?.message;
  test('a person, once more with another certificate, and another person', () => {
    expect(taken({})).toBeUndefined();
    expect(taken({ ...jane, fingerprint: 'c3', key: 'k3' })).toBeUndefined();
    expect(taken({ ...jane, telephone: '+44' } as Partial<OfficerOf>)).toBeUndefined();
  });
  test('an address that moves: of a certificate, of its key, at another User ID, after it was revoked', () => {
    expect(taken({ fingerprint: 'c1' })).toMatch(/certificate is that of the officer jane@/);
    expect(taken({ key: 'k1' })).toMatch(/key of this certificate is that of the officer jane@/);
    expect(taken({ userId: 'B', key: 'k1' })).toMatch(/jane@/);
    expect(taken({ key: 'k1' }, [{ ...jane, isRevoked: true }])).toMatch(/jane@/);
  });
  test('a name at another address, while the one before is good', () => {
    expect(taken({ name: 'jane smith' })).toMatch(/of this name is registered under the address jane@/);
    expect(taken({ name: 'jane smith', userId: 'B' })).toBeUndefined();
    expect(taken({ name: 'jane smith' }, [{ ...jane, isRevoked: true }])).toBeUndefined();
  });
  test('rows of one file are judged against each other', () => {
    const registered = new Registered([]);
    expect(registered.take(jane)).toBeUndefined();
    expect(registered.take({ ...bob, key: 'k1' })).toMatchObject({ code: 'import.officer.other-person' });
    expect(registered.take(bob)).toBeUndefined();
  });
});

test('whatever is registered, revoked and renamed in whatever order: no certificate, key, mailbox or name is of two people', () => {
  const few = <Value>(...values: Value[]) => fc.constantFrom(...values);
  const officer = fc.record({
    userId: few('A', 'B'),
    name: few('Jane', 'JANE', 'Bob', 'Ann'),
    email: few('jane@x.example', 'Jane@x.example', 'jane+2@x.example', 'bob@x.example', 'ann@x.example'),
    // a certificate has its key for good; two may have one key
    certificate: few(['c1', 'k1'], ['c2', 'k1'], ['c3', 'k2'], ['c4', 'k3'], ['c5', undefined]),
    isRevoked: few(false, false, true),
  });
  fc.assert(
    fc.property(fc.array(officer, { maxLength: 30 }), (steps) => {
      let known: OfficerOf[] = [];
      const mailboxes = new Map<string, string>();
      for (const { certificate, ...rest } of steps) {
        const step: OfficerOf = { ...rest, fingerprint: certificate[0] ?? '', key: certificate[1] };
        // as the importer has it: from what is in the database now
        if (new Registered(known).take(step) !== undefined) continue;
        known = [...known.filter((one) => one.userId !== step.userId || one.fingerprint !== step.fingerprint), step];
        for (const proof of [step.fingerprint, step.key]) {
          if (proof === undefined) continue;
          const mailbox = mailboxes.get(proof) ?? mailboxOf(step.email);
          expect(mailboxOf(step.email)).toBe(mailbox);
          mailboxes.set(proof, mailbox);
        }
      }
      // so of two that are good under one User ID, two mailboxes are two people in every other respect, too
      for (const one of known) {
        for (const other of known) {
          if (one.userId !== other.userId || one.isRevoked || other.isRevoked) continue;
          expect(areDifferentPeople(one, other)).toBe(mailboxOf(one.email) !== mailboxOf(other.email));
        }
      }
    }),
    { seed: 20261122, numRuns: 500 },
  );
});

test('a key is the same however it is written down', () => {
  for (const { publicKey } of [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ]) {
    const pem = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
    expect(keyDigest(pem)).toBe(keyDigest(publicKey));
  }
  const [one, other] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
  if (one === undefined || other === undefined) throw new Error('no keys');
  expect(keyDigest(one)).not.toBe(keyDigest(other));
  // the point itself and its negative: whoever has the one secret number has the other
  const { kty, crv, x = '', y = '' } = one.export({ format: 'jwk' });
  const prime = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
  const negated = prime - BigInt(`0x${Buffer.from(y, 'base64url').toString('hex')}`);
  const negative = Buffer.from(negated.toString(16).padStart(64, '0'), 'hex').toString('base64url');
  const mirrored = createPublicKey({ key: { kty: kty ?? '', crv: crv ?? '', x, y: negative }, format: 'jwk' });
  expect(keyDigest(mirrored)).toBe(keyDigest(one));
});
