import { Announcer, dayFromNow, type MadeChanges } from './testing-changes.ts';
import { alpha, beta, type TestPortal } from './testing-portal.ts';

// What is said about changes, and attached to one, for the tests of the pages and their pictures.

export interface MadeTalk {
  /** A change of the Operator's internal systems that alpha and beta are consulted on. */
  readonly consulted: string;
  readonly betas: Announcer;
}

export async function addTalk(
  portal: TestPortal,
  { alphas, operators, firewall, outline }: MadeChanges,
): Promise<MadeTalk> {
  const betas = await Announcer.of(portal, await portal.addPerson('talker-b', { [beta]: 'analyst' }), beta);
  const consulted = await operators.make(
    {
      title: 'New certificates of the internal network',
      statement: {
        kind: 'internal_system',
        isMaterialRisk: true,
        impactAssessment: { words: 'Connections are made anew once.', doneOn: dayFromNow(-10) },
        consultation: {
          opensOn: dayFromNow(-3),
          closesOn: dayFromNow(5),
          words: 'Do your systems take up a connection again by themselves, and within which time?',
        },
        testing: { words: 'The test environment has the new certificates for two weeks.', doneOn: dayFromNow(-2) },
      },
      sharing: 'everybody',
      affected: { services: ['Network interface'] },
      windows: [{ from: `${dayFromNow(20)}T22:00`, to: `${dayFromNow(20)}T23:00` }],
    },
    'assessed',
  );
  const comments = `/${consulted}/comments`;
  const { comment } = await alphas.call('POST', comments, {
    words: 'Our head-end takes up a connection within five minutes.\nWe would rather have it on a weekend.',
  });
  await operators.call('POST', `${comments}/${String(comment)}/answer`, { words: 'Then it is a Saturday.' });
  await betas.call('POST', comments, {
    words: 'Ours does it at once. Please tell us the new authority beforehand.',
    sharing: 'everybody',
  });
  await betas.call('POST', `/${consulted}/testing`, { joins: true, words: 'With both of our adaptors' });

  const opened = await operators.call('POST', '/mediations', {
    changes: [firewall, outline],
    words: 'Both of you have the gateway in the night of the third day. Can one of you begin later?',
  });
  const { mediation } = opened.mediation as { mediation: string };
  const threadOf = async (who: Announcer, change: string) => {
    const { items } = (await who.call('GET', `/mediations?change=${change}`)) as { items: { mediation: string }[] };
    return `/mediations/${items[0]?.mediation}/messages`;
  };
  const [ours, theirs] = [await threadOf(alphas, firewall), await threadOf(betas, outline)];
  await betas.call('POST', theirs, { words: 'The day is fixed: our old system ends on it.' });
  await alphas.call('POST', ours, { words: 'We may, if it helps.' });
  await betas.call('POST', theirs, { words: 'We can be ready by 20:00.', shownTo: 'other' });
  await operators.call('POST', `/mediations/${mediation}/messages`, { words: 'Thank you both.' });
  await alphas.call('POST', ours, { words: 'Then we begin at 22:00.', shownTo: 'other', isNamed: true });

  await portal.database.pool.query(
    `with made as (
       insert into change_attachment
       select $1, $2, gen_random_uuid(), f.name, f.type, f.bytes, sha256(convert_to(f.name, 'UTF8')), 2, now(), $3,
              f.removed, case when f.removed is not null then $3 end, case when f.removed is not null then 'shared' end
       from (values ('Plan of both sites.pdf', 'application/pdf', 482113, null::timestamptz),
                    ('Rules before and after.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 21877, null),
                    ('Wrong plan.pdf', 'application/pdf', 11, now())) f(name, type, bytes, removed)
       returning user_id, change, attachment, name, removed_at)
     insert into change_attachment_chunk
     select user_id, change, attachment, 0, convert_to(name, 'UTF8') from made where removed_at is null`,
    [alpha, firewall, `${alpha} (network@supplier.example)`],
  );
  return { consulted, betas };
}
