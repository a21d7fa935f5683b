import { Stack, Text } from '@mantine/core';
import { type ChangeUse, changeUsePageSchema, type WholeChange } from '@penstock/api/schemas';
import { useSession } from '../session/me.ts';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { counted, purposeWords, sharingMeaning } from './words.ts';

const dayWords = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' });

/** What becomes of what one tells, in plain words, and that it is so. */
export function UsesTab({ change }: { change: WholeChange }) {
  const { version, content } = change;
  const isOperator = useSession().me.acting.kind === 'operator';
  const list = usePaged<ChangeUse, typeof changeUsePageSchema>(
    'change-uses',
    changeUsePageSchema,
    `/changes/${change.change}/uses`,
  );
  return (
    <Stack gap="md">
      <Panel title="What is kept, and who may see it">
        <ul className="penstock-why">
          <li>
            Kept: the change and {version === 1 ? 'its one version' : `each of its ${version} versions`}, with who saved
            it, when and why. Nothing of it is deleted by itself, and nothing else is gathered about it.
          </li>
          <li>{sharingMeaning(content.sharing, isOperator)}</li>
          <li>Drafts are yours alone: what this one said while it was a draft stays yours when it is shared later.</li>
          <li>
            Used for: being read, being held against other changes for clashes, looking for free times, the month’s
            schedule, and what stands in the list below. Each use by anybody but your own people is written down before
            it is given. Used again within five minutes counts once.
          </li>
        </ul>
      </Panel>
      <PagedTable
        list={list}
        label="Uses"
        columns={['Day', ['What for', 1.4], ['By whom', 1.6], 'How often', ['Last', 1.4]]}
        keyOf={({ day, purpose, reader }) => `${day} ${purpose} ${reader}`}
        empty={
          <>
            <Text fw={650}>Nobody used it.</Text>
            <Text c="dimmed">Whoever reads it, and whatever it is held against, stands here from then on.</Text>
          </>
        }
      >
        {({ day, purpose, reader, times, lastAt }) => [
          <Text key="day" size="sm">
            {dayWords.format(new Date(`${day}T00:00:00Z`))}
          </Text>,
          <Text key="purpose" size="sm">
            {purposeWords[purpose]}
          </Text>,
          <Text key="reader" size="sm">
            {reader.replace(/^the /, 'The ')}
          </Text>,
          <Text key="times" size="sm">
            {counted(times, 'time')}
          </Text>,
          <When key="last" at={lastAt} />,
        ]}
      </PagedTable>
    </Stack>
  );
}
