import { Select, Text } from '@mantine/core';
import { type ActivityGroup, type ActivityPage, activityGroupNames, activityPageSchema } from '@penstock/api/schemas';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useFind } from '../shared/find-box.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { authorWords, codeWords, groupWords } from './activity-words.ts';

type Item = ActivityPage['items'][number];

/** What was done about sign-in and rights, and about all by which somebody may act, the newest first. */
export function Activity() {
  const find = useFind();
  const { about } = useSearch({ from: '/people' });
  const activity = usePaged<Item, typeof activityPageSchema>('activity', activityPageSchema, '/people-activity', {
    find,
    about,
  });
  return (
    <>
      <AboutSelect about={about} />
      <ListHead
        find="Find what was done"
        by="By address, User ID, Party or what was changed"
        path="/people-activity"
        query={{ about }}
      />
      <PagedTable
        list={activity}
        label="Activity"
        find={find}
        empty={
          <Text fw={650}>
            {about === undefined ? 'Nothing was done yet.' : `Nothing was done yet about ‘${groupWords[about]}’.`}
          </Text>
        }
        columns={[
          ['Time', 1.2],
          ['What', 1.6],
          ['Of', 1.5],
          ['By', 1.5],
          ['From', 0.8],
        ]}
        keyOf={(one) => one.activityId}
      >
        {(item) => [
          <When key="at" at={item.at} inline />,
          <div key="what" className="penstock-address">
            {codeWords[item.what]}
            <Text size="sm" c="dimmed">
              {item.detail?.replaceAll('_', ' ')}
            </Text>
          </div>,
          <Of key="of" {...item} />,
          <Author key="by" {...item} />,
          item.address ?? '',
        ]}
      </PagedTable>
    </>
  );
}

/** What it is narrowed to stands in the address. */
function AboutSelect({ about }: { about: ActivityGroup | undefined }) {
  const navigate = useNavigate();
  return (
    <Select
      label="About"
      maw={320}
      openOnFocus={false}
      allowDeselect={false}
      data={[
        { value: '', label: 'Everything' },
        ...activityGroupNames.map((group) => ({ value: group, label: groupWords[group] })),
      ]}
      value={about ?? ''}
      onChange={(chosen) =>
        void navigate({
          to: '/people',
          search: (search) => ({ ...search, about: activityGroupNames.find((group) => group === chosen) }),
        })
      }
    />
  );
}

/** Of which person, and of which User ID, Party, or the Operator. */
function Of({ email, acting, partyId }: Item) {
  return (
    <div>
      {email}
      <Text size="sm" c={email === undefined ? '' : 'dimmed'} component="div">
        {acting === 'operator' ? 'the Operator' : acting === undefined ? '' : <UserName userId={acting} />}
        {partyId === undefined ? '' : `Party ${partyId}`}
      </Text>
    </div>
  );
}

function Author(item: Item) {
  const { name, as } = authorWords(item);
  return (
    <div>
      {name}
      <Text size="sm" c="dimmed" component="div">
        {as}
        {item.byActing === undefined || item.byActing === item.acting || item.byRole === 'console' ? null : (
          <div>for {item.byActing === 'operator' ? 'the Operator' : item.byActing}</div>
        )}
      </Text>
    </div>
  );
}
