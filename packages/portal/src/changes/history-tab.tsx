import { Button, Paper, Stack, Text } from '@mantine/core';
import { type ChangeVersion, changeVersionPageSchema, type WholeChange } from '@penstock/api/schemas';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { usePaged } from '../shared/paged.tsx';
import { Loading } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { differencesOf } from './content-words.ts';
import { DifferenceTable } from './difference-table.tsx';
import { StateMark } from './state-mark.tsx';

/** Every version, newest first, with what it changed. */
export function HistoryTab({ change }: { change: WholeChange }) {
  const list = usePaged<ChangeVersion, typeof changeVersionPageSchema>(
    'change-history',
    changeVersionPageSchema,
    `/changes/${change.change}/history`,
  );
  if (list.isPending) return <Loading what="the history" />;
  if (list.data === undefined) {
    return <FailureSummary words={wordsOf(list.error)} onRetry={() => void list.refetch()} />;
  }
  const versions = list.data.pages.flatMap((page) => page.items);
  return (
    <Stack gap="sm">
      <Text>Each save is a version that is kept as it was.</Text>
      <Stack component="ol" gap="sm" className="penstock-notices" aria-label="Versions">
        {versions.map((version, index) => (
          <li key={version.version}>
            <Version version={version} before={versions[index + 1]} />
          </li>
        ))}
      </Stack>
      {list.hasNextPage ? (
        <div>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show older versions
          </Button>
        </div>
      ) : null}
    </Stack>
  );
}

function Version({ version, before }: { version: ChangeVersion; before: ChangeVersion | undefined }) {
  const differences = before === undefined ? [] : differencesOf(before.content, version.content);
  const isMoved = before !== undefined && before.state !== version.state;
  return (
    <Paper withBorder p="sm" className="penstock-panel">
      <Text fw={650}>
        Version {version.version} <StateMark state={version.state} />
      </Text>
      <Text size="sm">
        {version.by}, <When at={version.at} inline />
      </Text>
      {version.why === undefined ? null : <Text my={4}>Why: {version.why}</Text>}
      {before === undefined ? (
        <Text size="sm" c="dimmed">
          {version.version === 1 ? 'As it was first saved.' : 'The first version that you see.'}
        </Text>
      ) : differences.length === 0 ? (
        <Text size="sm" c="dimmed">
          {isMoved ? 'Moved; what it says stayed as it was.' : 'Saved as it was.'}
        </Text>
      ) : (
        <DifferenceTable
          label={`What version ${version.version} changed`}
          names={['Before', 'Now']}
          differences={differences}
        />
      )}
    </Paper>
  );
}
