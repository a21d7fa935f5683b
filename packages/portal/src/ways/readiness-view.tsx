import { Text } from '@mantine/core';
import { type Readiness, readinessPageSchema, type WayAccess, wayNames } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../session/me.ts';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { When } from '../shared/when.tsx';
import { waysQuery } from './queries.ts';
import { wayWords } from './words.ts';

/** Who has what it takes to deliver by each way: to the Operator all Users, to a User itself. */
export function ReadinessView() {
  const { me, acting } = useSession();
  const ways = useQuery(waysQuery({ acting }));
  const list = usePaged<Readiness, typeof readinessPageSchema>('readiness', readinessPageSchema, '/ways/readiness');
  // what the platform does not have, nobody can be ready for
  const shown = ways.data?.ways.filter(({ isSetUp }) => isSetUp).map(({ way }) => way) ?? wayNames;
  return (
    <>
      <Text c="dimmed">
        {me.acting.kind === 'operator'
          ? 'Registered and valid now, for each active User ID, and when it was used last.'
          : 'What is registered for you and valid now. The Operator registers keys, certificates and officers.'}
      </Text>
      <ListHead path="/ways/readiness" />
      <PagedTable
        list={list}
        label="Access by each way"
        empty={<Text fw={650}>No User ID is active.</Text>}
        columns={[['User', 1.3], ...shown.map((way) => wayWords[way])]}
        keyOf={({ userId }) => userId}
      >
        {({ userId, party, ways: accesses }) => [
          <div key="user">
            <Text fw={600}>{party}</Text>
            <span className="penstock-identifier">{userId}</span>
          </div>,
          ...shown.map((way) => {
            const access = accesses.find((one) => one.way === way);
            return access === undefined ? null : <AccessCell key={way} access={access} />;
          }),
        ]}
      </PagedTable>
    </>
  );
}

function AccessCell({ access }: { access: WayAccess }) {
  const { isReady, has, lacks, usedAt, deliveredAt } = access;
  return (
    <div className="penstock-access">
      <span className={`penstock-outcome penstock-outcome-${isReady ? 'passed' : 'warned'}`}>
        {isReady ? 'Ready' : 'Not ready'}
      </span>
      {lacks.map((one) => (
        <Text key={one} size="sm">
          {one}
        </Text>
      ))}
      {has.map((one) => (
        <Text key={one} size="sm" c="dimmed">
          {one}
        </Text>
      ))}
      {usedAt === undefined ? null : (
        <Text size="sm" c="dimmed">
          signed in <When at={usedAt} inline />
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {deliveredAt === undefined ? (
          'no file by it yet'
        ) : (
          <>
            last file <When at={deliveredAt} inline />
          </>
        )}
      </Text>
    </div>
  );
}
