import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { OutlineChange, WholeChange } from '@penstock/api/schemas';
import { useParams, useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { PageTitle } from '../shared/page-title.tsx';
import { Facts, Panel } from '../shared/states.tsx';
import { Views } from '../shared/views.tsx';
import { When } from '../shared/when.tsx';
import { tabsFor } from './change-tabs.ts';
import { Deeds } from './deeds.tsx';
import { OneChange } from './one-change.tsx';
import { StateMark } from './state-mark.tsx';
import { Times } from './times.tsx';
import { kindWords, ownerOf, sharedWith, sizeWords, titleOf } from './words.ts';

/** One change, as its reader may see it. */
export function ChangePage() {
  const { change } = useParams({ from: '/changes/$change' });
  return (
    <OneChange change={change} title="Change" right="changes.see" what="changes">
      {(view) => (
        <Stack gap="md" maw={1100}>
          <PageTitle title={titleOf(view)} />
          {view.see === 'whole' ? <Whole change={view} /> : <Outline change={view} />}
        </Stack>
      )}
    </OneChange>
  );
}

function Whole({ change }: { change: WholeChange }) {
  const { me } = useSession();
  const { tab } = useSearch({ from: '/changes/$change' });
  const tabs = tabsFor(change, me.acting.kind === 'operator');
  const shown = tabs.find((one) => one.tab === tab) ?? tabs[0];
  const { content, owner, isYours, version, changedAt, changedBy } = change;
  return (
    <>
      <div>
        <Text size="sm" c="dimmed">
          {kindWords[content.statement.kind]}
        </Text>
        <Title order={1}>{content.title}</Title>
        <Group gap="md" mt={4}>
          <StateMark state={change.state} />
          <Text size="sm">
            {isYours ? 'Yours' : owner.party} <span className="penstock-identifier">{owner.userId}</span>
          </Text>
          <Text size="sm">Shared with: {sharedWith(change)}</Text>
          <Text size="sm" c="dimmed">
            Version {version}, <When at={changedAt} inline />
            {changedBy === undefined ? '' : `, by ${changedBy}`}
          </Text>
        </Group>
      </div>
      <Deeds change={change} />
      {tabs.length > 1 ? (
        <Views label="Of this change" views={tabs.map((one) => [one.tab, one.name])} shown={shown?.tab ?? ''} />
      ) : null}
      {shown === undefined ? null : <shown.Panel change={change} />}
    </>
  );
}

/** All that its owner shares of it. */
function Outline({ change }: { change: OutlineChange }) {
  return (
    <>
      <Title order={1}>{titleOf(change)}</Title>
      <Paper withBorder p="md" className="penstock-panel">
        <Text mb="sm">Its owner shares an outline: this is all that others than the Operator are told.</Text>
        <Facts
          facts={[
            ['Whose', ownerOf(change)],
            ['Services', change.services.join(', ')],
            ['Size', sizeWords[change.size]],
          ]}
        />
      </Paper>
      <Panel title="Windows">
        <Times occurrences={change.occurrences} />
      </Panel>
    </>
  );
}
