import { Stack, Text, Title } from '@mantine/core';
import { type OutageDocument, outagePageSchema, type WaysVersion, waysVersionPageSchema } from '@penstock/api/schemas';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { When } from '../shared/when.tsx';
import { UsesWords } from './planned.tsx';
import { wayWords } from './words.ts';

/** Every outage and every version of how the ways are used, newest first. */
export function History() {
  const outages = usePaged<OutageDocument, typeof outagePageSchema>('outages', outagePageSchema, '/ways/outages');
  const versions = usePaged<WaysVersion, typeof waysVersionPageSchema>(
    'versions',
    waysVersionPageSchema,
    '/ways/versions',
  );
  return (
    <Stack gap="md">
      <Title order={2} size="h3">
        Outages
      </Title>
      <ListHead path="/ways/outages" />
      <PagedTable
        list={outages}
        label="Outages"
        empty={<Text fw={650}>No outage was declared yet.</Text>}
        columns={['Way', ['From', 1.2], ['Ended', 1.2], ['Reason', 1.8], ['By', 1.3]]}
        keyOf={({ outage }) => outage}
      >
        {(one) => [
          <Text key="way" fw={600} size="sm">
            {wayWords[one.way]}
          </Text>,
          <When key="from" at={one.from} />,
          one.endedAt === undefined ? (
            <span key="ended" className="penstock-outcome penstock-health-failing">
              Not ended
            </span>
          ) : (
            <When key="ended" at={one.endedAt} />
          ),
          <div key="reason">
            <Text size="sm">{one.reason}</Text>
            {one.endedWhy === undefined ? null : (
              <Text size="sm" c="dimmed">
                {one.endedWhy}
              </Text>
            )}
          </div>,
          <div key="by">
            <Text size="sm">{one.declaredBy}</Text>
            {one.endedBy === undefined || one.endedBy === one.declaredBy ? null : (
              <Text size="sm" c="dimmed">
                ended by {one.endedBy}
              </Text>
            )}
          </div>,
        ]}
      </PagedTable>
      <Title order={2} size="h3">
        How the ways were used
      </Title>
      <ListHead path="/ways/versions" />
      <PagedTable
        list={versions}
        label="Versions"
        empty={<Text fw={650}>Nothing was set yet.</Text>}
        columns={[
          ['Version', 0.6],
          ['From', 1.2],
          ['Uses', 2.2],
          ['Set', 1.5],
        ]}
        keyOf={({ version }) => String(version)}
      >
        {(one) => [
          one.version,
          <When key="from" at={one.effectiveFrom} />,
          <div key="uses">
            <UsesWords version={one} />
            <Text size="sm" c="dimmed">
              {one.reason}
            </Text>
          </div>,
          <div key="set">
            <Text size="sm">
              by {one.setBy}, <When at={one.setAt} inline />
            </Text>
            {one.withdrawnAt === undefined ? null : (
              <Text size="sm" c="dimmed">
                withdrawn by {one.withdrawnBy}, <When at={one.withdrawnAt} inline />
              </Text>
            )}
          </div>,
        ]}
      </PagedTable>
    </Stack>
  );
}
