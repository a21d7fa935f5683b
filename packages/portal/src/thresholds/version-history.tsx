import { Anchor, Table, Text } from '@mantine/core';
import type { ThresholdDocument } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Caller } from '../api/call.ts';
import { ScrollBox } from '../shared/scroll-box.tsx';
import { When } from '../shared/when.tsx';
import { submissionQuery } from '../submissions/queries.ts';
import { type Bound, boundWords } from './words.ts';

type Version = ThresholdDocument['versions'][number];

/** Each version with its numbers, when it was set, and who signed the file. */
export function VersionHistory(props: { versions: readonly Version[]; caller: Caller; user: string | undefined }) {
  const { versions, caller, user } = props;
  return (
    <ScrollBox label="Versions">
      <Table miw={640} fz="sm" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Version</Table.Th>
            <Table.Th scope="col">Numbers</Table.Th>
            <Table.Th scope="col">In force</Table.Th>
            <Table.Th scope="col">Signed by</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.map((version) => (
            <Table.Tr key={version.version}>
              <Table.Th scope="row" fw={400}>
                {version.version}
              </Table.Th>
              <Table.Td>
                {version.bounds.map((bound) => (
                  <BoundLine key={`${bound.kind} ${bound.from}`} bound={bound} />
                ))}
              </Table.Td>
              <Table.Td>
                since <When at={version.setAt} inline />
                {version.endedAt === undefined ? null : (
                  <>
                    <br />
                    until <When at={version.endedAt} inline />
                  </>
                )}
              </Table.Td>
              <Table.Td>
                <SignedBy sha256={version.submission} caller={caller} user={user} />
                {version.reference === '' ? null : (
                  <Text size="xs" c="dimmed">
                    {version.reference}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  );
}

function BoundLine({ bound }: { bound: Bound }) {
  const { kind, from, to } = bound;
  return (
    <div>
      {kind === 'exception' ? 'Exception: ' : ''}
      {boundWords(bound)}
      {from === undefined && to === undefined ? null : (
        <Text size="xs" c="dimmed">
          {from === undefined ? null : (
            <>
              from <When at={from} inline />{' '}
            </>
          )}
          {to === undefined ? null : (
            <>
              until <When at={to} inline />
            </>
          )}
        </Text>
      )}
    </div>
  );
}

/** The officers whose signatures on the file were valid; the file's own page tells the rest. */
export function SignedBy(props: { sha256: string | undefined; caller: Caller; user: string | undefined }) {
  const { sha256, caller, user } = props;
  const file = useQuery({ ...submissionQuery(caller, sha256 ?? '', user), enabled: sha256 !== undefined });
  if (sha256 === undefined) return <>set without a file</>;
  const names = (file.data?.signatures ?? [])
    .filter(({ verdict }) => verdict === 'valid')
    .flatMap(({ name }) => (name === undefined ? [] : [name]));
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link
          to="/submissions/$sha256"
          params={{ sha256 }}
          search={(search) => ({ for: search.for, user })}
          {...props}
        />
      )}
    >
      {file.isPending ? 'Loading ...' : names.length === 0 ? 'The signed file' : names.join(' and ')}
    </Anchor>
  );
}
