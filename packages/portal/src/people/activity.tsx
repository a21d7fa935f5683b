import { Text } from '@mantine/core';
import { type ActivityPage, activityPageSchema } from '@penstock/api/schemas';
import { useFind } from '../shared/find-box.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';

type Activity = ActivityPage['items'][number];

const words: Readonly<Record<string, string>> = {
  'signed-in': 'signed in',
  'password-refused': 'wrong password',
  'code-refused': 'code refused',
  'passkey-refused': 'passkey refused',
  'provider-refused': 'organisation’s sign-in refused',
  'sign-in-locked': 'sign-in locked for 15 minutes',
  'second-factor-locked': 'second factor locked for 15 minutes',
  'proven-again': 'gave the second factor again',
  'second-factor-set-up': 'set up an authenticator',
  'passkey-added': 'added a passkey',
  'passkey-removed': 'removed a passkey',
  'password-changed': 'changed the password',
  'signed-out': 'signed out',
  'session-ended': 'ended a session',
  'signed-out-everywhere': 'signed out everywhere',
  invited: 'invited',
  'invitation-withdrawn': 'invitation withdrawn',
  'invitation-accepted': 'took the invitation',
  'role-changed': 'role changed',
  'status-changed': 'status changed',
  reset: 'sign-in reset',
  'reset-taken': 'set up sign-in again',
  'invitation-asked': 'invitation waits for approval',
  'role-asked': 'role waits for approval',
  'reset-asked': 'reset waits for approval',
  'policy-asked': 'to ask no second administrator waits for approval',
  approved: 'approved',
  'approval-refused': 'refused',
  'policy-changed': 'setting changed',
};

/** What was done about sign-in and rights, the newest first. */
export function Activity() {
  const find = useFind();
  const activity = usePaged<Activity, typeof activityPageSchema>('activity', activityPageSchema, '/people-activity', {
    find,
  });
  return (
    <>
      <ListHead find="Find what was done" by="By address, User ID or Party" path="/people-activity" />
      <PagedTable
        list={activity}
        label="Activity"
        find={find}
        empty={<Text fw={650}>Nothing was done yet.</Text>}
        columns={['Time', 'What', 'Whom', 'By', 'From']}
        keyOf={(one) => `${one.at} ${one.what} ${one.email} ${one.byEmail}`}
      >
        {({ at, what, detail, email, byEmail, acting, address }) => [
          <When key="at" at={at} inline />,
          <div key="what">
            {words[what] ?? what}
            <Text size="sm" c="dimmed">
              {detail?.replaceAll('_', ' ')}
              {detail === undefined || acting === undefined ? '' : ', '}
              {acting === 'operator' ? 'the Operator' : acting === undefined ? '' : <UserName userId={acting} inline />}
            </Text>
          </div>,
          email,
          byEmail === email ? 'itself' : byEmail,
          address ?? '',
        ]}
      </PagedTable>
    </>
  );
}
