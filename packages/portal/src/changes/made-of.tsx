import { Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useSession } from '../session/me.ts';
import { ChangeLink } from './change-link.tsx';
import { changeQuery } from './queries.ts';

/** The changes of a release, by their titles where the reader sees them. */
export function MadeOf({ changes }: { changes: readonly string[] }) {
  const { acting } = useSession();
  const asked = useQueries({
    queries: changes.map((change) => ({ ...changeQuery({ acting }, change), retry: false })),
  });
  return (
    <>
      <Text size="sm" c="dimmed" mt="sm">
        Made of
      </Text>
      <ul className="penstock-why">
        {changes.map((change, index) => {
          const its = asked[index]?.data;
          return (
            <li key={change}>
              {its === undefined ? <span className="penstock-identifier">{change}</span> : <ChangeLink change={its} />}
            </li>
          );
        })}
      </ul>
    </>
  );
}
