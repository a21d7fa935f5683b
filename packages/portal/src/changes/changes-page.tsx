import { Button, Paper, Stack, Text } from '@mantine/core';
import { type ChangeView, changePageSchema } from '@penstock/api/schemas';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { NoRight } from '../shared/states.tsx';
import { ChangeLink } from './change-link.tsx';
import { ChangesHead, LinkButton } from './changes-head.tsx';
import { ConditionForm } from './condition-form.tsx';
import { type ChangesSearch, countConditions, queryOf } from './search.ts';
import { StateMark } from './state-mark.tsx';
import { NextTime } from './times.tsx';
import { kindWords, ownerOf, servicesOf, sizeWords } from './words.ts';

/** Everybody's changes, as their owners share them, in the order in which they begin. */
export function ChangesPage() {
  const { me } = useSession();
  const search = useSearch({ from: '/changes' });
  if (!me.permissions.includes('changes.see')) return <NoRight page="Changes" what="changes" />;
  return <Changes search={search} />;
}

const columns = [['When', 2], ['Change', 2.4], ['State', 1], ['Services', 1.5], 'Whose'] as const;

function Changes({ search }: { search: ChangesSearch }) {
  const { me, acting } = useSession();
  const navigate = useNavigate();
  const conditions = countConditions(search);
  const [isFiltering, setFiltering] = useState(conditions > 0);
  const query = queryOf(search, Date.now());
  const list = usePaged<ChangeView, typeof changePageSchema>('changes', changePageSchema, '/changes', query);
  const show = (wanted: Partial<ChangesSearch>) =>
    void navigate({ to: '/changes', search: { for: search.for, when: search.when, ...wanted } });
  return (
    <Stack gap="md" maw={1300}>
      <ChangesHead shown="/changes" words="Who plans what, when, and what it affects, as its owner shares it.">
        <Button
          variant={conditions > 0 ? 'light' : 'default'}
          aria-expanded={isFiltering}
          onClick={() => setFiltering(!isFiltering)}
        >
          {conditions === 0 ? 'Filter' : `Filter (${conditions})`}
        </Button>
        <ExportButton caller={{ acting }} path="/changes.csv" query={query} name="changes" />
        {me.permissions.includes('changes.change') ? (
          <>
            <LinkButton to="/changes/intake" variant="default">
              Bring in a file
            </LinkButton>
            <LinkButton to="/changes/new">New change</LinkButton>
          </>
        ) : null}
      </ChangesHead>
      {isFiltering ? (
        <Paper withBorder p="md" className="penstock-panel">
          <ConditionForm key={JSON.stringify(search)} search={search} hasTimes onApply={show} />
        </Paper>
      ) : null}
      {search.from === undefined ? (
        <Text size="sm" c="dimmed">
          {search.when === 'all' ? 'All of them, those that are over first. ' : 'What is not over today. '}
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => show({ ...search, when: search.when === 'all' ? undefined : 'all' })}
          >
            {search.when === 'all' ? 'Show what is to come' : 'Show all'}
          </Button>
        </Text>
      ) : null}
      <PagedTable
        list={list}
        label="Changes"
        columns={columns}
        keyOf={({ change }) => change}
        empty={<NoChanges isFiltered={conditions > 0} />}
      >
        {(change) => [
          <NextTime key="when" occurrences={change.occurrences} />,
          <div key="change">
            <ChangeLink change={change} />
            <Text size="xs" c="dimmed">
              {change.see === 'whole'
                ? kindWords[change.content.statement.kind]
                : `${sizeWords[change.size]}; its owner shares no more`}
            </Text>
          </div>,
          change.see === 'whole' ? <StateMark key="state" state={change.state} /> : null,
          <Text key="services" size="sm">
            {servicesOf(change).join(', ')}
          </Text>,
          <Text key="owner" size="sm">
            {change.see === 'whole' && change.isYours ? 'Yours' : ownerOf(change)}
          </Text>,
        ]}
      </PagedTable>
    </Stack>
  );
}

function NoChanges({ isFiltered }: { isFiltered: boolean }) {
  return (
    <>
      <Text fw={650}>{isFiltered ? 'No change meets these conditions.' : 'No change is planned.'}</Text>
      <Text c="dimmed">
        {isFiltered
          ? 'Take a condition away, or show those that are over, too.'
          : 'What the Operator announces stands here, your own changes, and what others share.'}
      </Text>
    </>
  );
}
