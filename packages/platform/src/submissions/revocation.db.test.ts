import { afterEach, beforeEach, expect, test } from 'vitest';
import { renewRevocationList, type SubmissionWorld, submissionWorld, testPki, userA } from './testing-submissions.ts';

// The list of the authority is renewed in these tests: each has certificates of its own.
let certificates: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
beforeEach(async () => {
  certificates = await testPki();
  world = await submissionWorld(certificates.pki);
});
afterEach(async () => {
  await world.close();
  await certificates.remove();
});

const adt = (quarantine: number) =>
  `adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference\nthreshold,${userA},4.1.1,sent,PT1H,,${quarantine},,,\n`;

function officer(index: 0 | 1) {
  const found = certificates.pki.users.get(userA)?.officers[index];
  if (found === undefined) throw new Error('no officer');
  return found;
}

async function workOn(sha256: string | undefined) {
  while (await world.worker.workOnNext());
  return (await world.get(`/submissions/${sha256}`)).json;
}

test('a list that is renewed while a file waits for its second officer changes nothing for it', async () => {
  await world.submit(adt(10), world.sign(adt(10)));
  expect(await world.submit(adt(20), world.sign(adt(20)))).toMatchObject({ state: 'awaiting_second_officer' });
  await renewRevocationList(certificates.pki);
  expect(await world.submit(adt(20), world.sign(adt(20), userA, 1))).toMatchObject({ state: 'applied' });
});

test('an officer whom it revokes while the file waits does not count, and another has to sign', async () => {
  await world.submit(adt(10), world.sign(adt(10)));
  expect(await world.submit(adt(20), world.sign(adt(20)))).toMatchObject({ state: 'awaiting_second_officer' });
  await renewRevocationList(certificates.pki, [officer(0)]);
  expect(await world.submit(adt(20), world.sign(adt(20), userA, 1))).toMatchObject({
    state: 'awaiting_second_officer',
    signatures: [{ verdict: 'valid' }, { verdict: 'valid' }],
  });
});

test('a file that was received before is judged by the list that is there when it is worked on', async () => {
  const { json: untouched } = await world.post(adt(10), world.sign(adt(10)));
  await renewRevocationList(certificates.pki, [officer(1)]);
  expect(await workOn(untouched.sha256)).toMatchObject({ state: 'applied' });

  await world.database.pool.query(`update officer set registered_at = registered_at - interval '1 hour'`);
  const { json: waiting } = await world.post(adt(9), world.sign(adt(9)));
  await world.database.pool.query(`update submission_signature set received_at = received_at - interval '1 minute'`);
  await renewRevocationList(certificates.pki, [officer(0), officer(1)]);
  // valid when it was received, and worth nothing now
  expect(await workOn(waiting.sha256)).toMatchObject({
    state: 'refused',
    code: 'files.signature.revoked',
    signatures: [{ verdict: 'valid' }],
  });
});
