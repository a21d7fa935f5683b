import { Anchor, Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { type ExportDocument, exportPageSchema, exportSchema } from '@penstock/api/schemas';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { addressOf, type Caller, send } from '../api/call.ts';
import { useChange } from '../shared/changing.tsx';
import { ChangeFailure } from '../shared/failure.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { saveFile } from '../shared/save-file.ts';
import { When } from '../shared/when.tsx';
import { conditionWords, countWords, exportWords, sizeWords } from './export-words.ts';

interface Whose {
  readonly caller: Caller;
  /** Of which User, where the Operator looks. */
  readonly user: string | undefined;
}

/** Files of a record or of titles that are made in the background: how far each is, and the way to fetch it. */
export function Exports({ caller, user }: Whose) {
  const exports = usePaged<ExportDocument, typeof exportPageSchema>(
    'exports',
    exportPageSchema,
    '/exports',
    { userId: user },
    caller.reason,
  );
  return (
    <>
      <Text>
        A file of any size is made in the background and has what there was when it was asked for. Ask for one with{' '}
        <b>Export all…</b>, with the conditions that you want, on the page of{' '}
        <Anchor
          underline="always"
          renderRoot={(props) => (
            <Link to="/messages" search={({ for: acting }) => ({ for: acting, user })} {...props} />
          )}
        >
          messages
        </Anchor>{' '}
        or, for its titles, on the page of a device. Counts by month are{' '}
        <Anchor
          underline="always"
          renderRoot={(props) => (
            <Link to="/reports" search={({ for: acting }) => ({ for: acting, user })} {...props} />
          )}
        >
          reports
        </Anchor>
        .
      </Text>
      <PagedTable
        list={exports}
        label="Exports"
        empty={<Text fw={650}>No export was asked for.</Text>}
        columns={[
          ['Asked for', 1.3],
          ['What', 1.6],
          ['How far', 1.4],
          ['Kept until', 1.2],
          ['What to do', 1.2],
        ]}
        keyOf={(one) => one.export}
      >
        {(one) => [
          <div key="asked">
            <When at={one.requestedAt} />
            <Text size="sm" c="dimmed">
              {one.author}
            </Text>
          </div>,
          <What key="what" one={one} />,
          <Progress key="far" one={one} />,
          one.expiresAt === undefined ? '' : <When key="until" at={one.expiresAt} />,
          <Deeds key="deeds" one={one} caller={caller} user={user} />,
        ]}
      </PagedTable>
    </>
  );
}

function What({ one }: { one: ExportDocument }) {
  const { format, conditions } = one;
  const { from, to } = conditions;
  return (
    <div>
      {conditionWords(one)}, as {format === 'csv' ? 'CSV' : 'JSON lines'}
      <Text size="sm" c="dimmed">
        {from === undefined ? null : (
          <>
            from <When at={from} inline />{' '}
          </>
        )}
        {to === undefined ? null : (
          <>
            up to <When at={to} inline />
          </>
        )}
      </Text>
    </div>
  );
}

function Progress({ one }: { one: ExportDocument }) {
  const { state, days, bytes, failure } = one;
  const isUnderWay = state === 'running' || state === 'waiting';
  return (
    <div>
      <Text size="sm" fw={600}>
        {exportWords(one)}
      </Text>
      {isUnderWay && days.all > 0 ? (
        <progress className="penstock-progress" value={days.done} max={days.all} aria-label="Days that are done" />
      ) : null}
      {failure === undefined ? (
        <Text size="sm" c="dimmed">
          {countWords(one)}, {sizeWords(bytes)}
        </Text>
      ) : (
        <Text size="sm">
          {failure.title} {failure.action}
        </Text>
      )}
    </div>
  );
}

/** What can be done with one: what is made is fetched or dropped, what is not made yet is cancelled. */
function Deeds({ one, caller, user }: Whose & { one: ExportDocument }) {
  const { export: name, of, format, state, requestedAt } = one;
  const cancelling = useChange(exportSchema, ['exports'], caller.reason);
  const fetching = useMutation({
    mutationFn: async () => {
      const answer = await send(addressOf(`/exports/${name}/file`, { userId: user }), caller);
      saveFile(await answer.blob(), `${of}-${requestedAt.slice(0, 19).replaceAll(':', '')}Z.${format}`);
    },
  });
  if (state === 'failed' || state === 'cancelled') return null;
  const which = <VisuallyHidden> of {requestedAt}</VisuallyHidden>;
  const query = user === undefined ? '' : `?userId=${encodeURIComponent(user)}`;
  return (
    <>
      <ChangeFailure change={fetching} />
      {cancelling.summary}
      <Group gap="xs">
        {state === 'done' ? (
          <Button size="xs" loading={fetching.isPending} onClick={() => fetching.mutate()}>
            Save the file{which}
          </Button>
        ) : null}
        <Button
          size="xs"
          variant="default"
          loading={cancelling.isPending}
          onClick={() => void cancelling.change(`/exports/${name}/cancel${query}`, { method: 'POST' })}
        >
          {state === 'done' ? 'Delete the file' : 'Cancel'}
          {which}
        </Button>
      </Group>
    </>
  );
}
