import { useInfiniteQuery } from '@tanstack/react-query';
import { useSession } from '../session/me.ts';
import { EntryTable } from '../shared/entry-table.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
import { Empty, Loading } from '../shared/states.tsx';
import { FileLink } from './file-link.tsx';
import { stoppedQuery } from './queries.ts';
import { kindWords } from './states.tsx';

/** For the Operator: the files of all Users that could not be worked on, with what failed. */
export function StoppedFiles() {
  const { acting } = useSession();
  const files = useInfiniteQuery(stoppedQuery({ acting }));
  if (files.isPending) return <Loading what="the files" />;
  if (files.data === undefined) return <ListFailure list={files} />;
  if (files.data.pages.every((page) => page.items.length === 0)) {
    return (
      <Empty title="No file waits for the Operator.">
        One that could not be worked on, of any User, stands here until it is tried again.
      </Empty>
    );
  }
  return (
    <>
      <ListFailure list={files} />
      <EntryTable
        list={{ ...files, data: files.data }}
        label="Files that wait for the Operator"
        columns={[['Waits since', 1.3], 'User', 'Kind', ['What failed', 1.6], 'Reference']}
        keyOf={({ userId, sha256 }) => `${userId} ${sha256}`}
      >
        {({ userId, sha256, kind, stoppedAt, failure, reference }) => [
          <FileLink key="since" sha256={sha256} user={userId} at={stoppedAt} />,
          <span key="user" className="penstock-identifier">
            {userId}
          </span>,
          kind === undefined ? '-' : kindWords[kind],
          failure ?? '-',
          reference,
        ]}
      </EntryTable>
    </>
  );
}
