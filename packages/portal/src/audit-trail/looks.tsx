import { Text } from '@mantine/core';
import { personRoleSchema, type TitleReadingPage, titleReadingPageSchema } from '@penstock/api/schemas';
import { DeviceLink } from '../devices/device-link.tsx';
import { roleWords } from '../session/me.ts';
import { useFind } from '../shared/find-box.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { askedWords } from './words.ts';

type Look = TitleReadingPage['items'][number];

/** Who asked for titles of a device, or for devices by them, and when. */
export function Looks() {
  const find = useFind();
  const looks = usePaged<Look, typeof titleReadingPageSchema>('looks', titleReadingPageSchema, '/title-readings', {
    find,
  });
  return (
    <>
      <ListHead find="Find a look" by="By address, device, User ID, Party or what was asked" path="/title-readings" />
      <PagedTable
        list={looks}
        label="Who looked at titles"
        find={find}
        empty={<Text fw={650}>Nobody has looked at titles.</Text>}
        columns={[
          ['Time', 1.2],
          ['Who', 1.5],
          ['As which User', 1.4],
          ['Device', 1.4],
          ['What was asked', 1.3],
        ]}
        keyOf={(one) => `${one.userId} ${one.readingId}`}
      >
        {({ readAt, side, email, role, userId, device, what, refused }) => [
          <When key="at" at={readAt} inline />,
          <Who key="who" side={side} email={email} role={role} />,
          <UserName key="user" userId={userId} />,
          device === undefined ? devicesWords(refused) : <DeviceLink key="device" device={device} />,
          refused === undefined ? askedWords(what) : <Refused key="refused" times={refused} what={what} />,
        ]}
      </PagedTable>
    </>
  );
}

const devicesWords = (refused: number | undefined): string =>
  refused === undefined ? 'A list of devices' : 'More devices that day';

/** That whom asked may not see the titles, how often it was tried that day, and what was asked for at first. */
function Refused({ times, what }: { times: number; what: string }) {
  const often = times === 1 ? '' : `, ${times.toLocaleString('en-GB')} times that day`;
  return (
    <div>
      <Text fw={650}>Refused{often}</Text>
      {what === '' ? null : (
        <Text size="sm" c="dimmed">
          {askedWords(what)}
        </Text>
      )}
    </div>
  );
}

function Who({ side, email, role }: Pick<Look, 'side' | 'email' | 'role'>) {
  const known = personRoleSchema.safeParse(role);
  return (
    <div>
      {email ?? 'A machine'}
      <Text size="sm" c="dimmed">
        {known.success ? roleWords[known.data] : role}
        {side === 'operator' ? ' of the Operator' : null}
      </Text>
    </div>
  );
}
