import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Findings } from '../findings.ts';
import { bytesOf, gather } from '../testing/sources.ts';
import { actionsProfile, adtProfile, headerOf, limitsProfile, profiles } from './profile.ts';
import { FIRST_BYTES, profileOf } from './profile-of.ts';
import { readRows } from './rows.ts';

const taken = [adtProfile, actionsProfile, limitsProfile];

function recognise(bytes: Uint8Array) {
  const findings = new Findings();
  const profile = profileOf(bytes, taken, findings);
  return { id: profile?.id, fault: findings.faults[0], findings };
}

test.each(taken)('a file whose header begins with $id is told by it alone', (profile) => {
  const { id } = profile;
  const header = headerOf(profile).join();
  for (const text of [header, `\ufeff${header}`, `"${id}",x`, `${id}\r\n`, `${id}\n`, id, `${id},other,columns`]) {
    expect(recognise(bytesOf(text).subarray(0, FIRST_BYTES))).toMatchObject({ id, fault: undefined });
  }
  // what comes after is for its own reader to judge
  expect(recognise(Buffer.concat([bytesOf(`${id},`), Buffer.of(0xff)])).id).toBe(id);
});

describe('what is none of those that are taken is refused with a reason', () => {
  test.each([
    ['quarantine-report/1,event', 'kind', 'this is a Quarantined Communications Report (quarantine-report/1) and not'],
    ['adt-file/2,user_id', 'version', "'adt-file/2' is not known; known is adt-file/1"],
    ['attribute-limits/10', 'version', 'known is attribute-limits/1'],
    ['adt-file/1;user_id;services', 'header', 'semicolons'],
    ['ADT-FILE/1,user_id', 'header', "column 1 is 'ADT-FILE/1' and not adt-file/1, quarantine-actions/1"],
    [' adt-file/1,user_id', 'header', "' adt-file/1'"],
    ['"adt-file/1,user_id"', 'header', 'column 1'],
    ['\nadt-file/1', 'header', "column 1 is ''"],
    ['/', 'header', "column 1 is '/'"],
    ['', 'header', 'the file is empty'],
    ['PK\u0003\u0004\u0014', 'header', "'PK\\u{3}\\u{4}\\u{14}'"],
    ['€'.repeat(FIRST_BYTES), 'header', '€'],
  ])('%j', (text, code, message) => {
    const { id, fault, findings } = recognise(bytesOf(text));
    expect(id).toBeUndefined();
    expect(fault).toMatchObject({ line: 1, code: `files.${code}`, message: expect.stringContaining(message) });
    expect([findings.faultCount, findings.isWhole]).toEqual([1, false]);
  });

  test('UTF-16, as a spreadsheet writes it', () => {
    expect(recognise(Buffer.from('\ufeffadt-file/1,user_id', 'utf16le')).fault?.code).toBe('files.encoding');
  });
});

test('no reader takes a file that is not told to be its own', async () => {
  const parts = fc.constantFrom(...profiles.map(({ id }) => id), '"', ',', '\ufeff', '\r', '\n', ';', 'x', 'threshold');
  const property = fc.asyncProperty(fc.array(parts, { maxLength: 4 }), fc.constantFrom(...taken), async (list, own) => {
    const bytes = bytesOf(list.join('') + headerOf(own).join().replace(own.id, ''));
    const findings = new Findings();
    await gather(readRows(bytes, own, findings));
    const isTaken = findings.faults.every(({ code }) => code === 'files.empty');
    if (isTaken) expect(recognise(bytes).id).toBe(own.id);
  });
  await fc.assert(property, { numRuns: 1_000 });
});
