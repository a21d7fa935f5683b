import { Button, Group, Text } from '@mantine/core';
import { type calendarEventSchema, calendarPageSchema, changedSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import type { z } from 'zod';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { Panel } from '../shared/states.tsx';
import { EventDialog } from './event-dialog.tsx';
import { NextTime } from './times.tsx';
import { eventKindWords } from './words.ts';

type PlannedEvent = z.infer<typeof calendarEventSchema>;

/** Freezes, maintenance windows and rehearsals that are not over. */
export function PlannedEvents() {
  const { me } = useSession();
  const mayChange = me.permissions.includes('calendar.change');
  const [since] = useState(() => new Date().toISOString());
  const [isAdding, setAdding] = useState(false);
  const [withdrawn, setWithdrawn] = useState<PlannedEvent>();
  const list = usePaged<PlannedEvent, typeof calendarPageSchema>(
    'change-calendar',
    calendarPageSchema,
    '/changes/calendar',
    { from: since },
  );
  return (
    <Panel title="Freezes, maintenance windows and rehearsals">
      {mayChange ? (
        <Group mb="sm">
          <Button onClick={() => setAdding(true)}>Plan one</Button>
        </Group>
      ) : null}
      <PagedTable
        list={list}
        label="Planned around changes"
        columns={[['What', 1.6], ['When', 2], ['Services', 1.4], ...(mayChange ? ['Withdraw'] : [])]}
        keyOf={({ event }) => event}
        empty={<Text>None is planned.</Text>}
      >
        {(event) => [
          <div key="what">
            <Text fw={600} size="sm">
              {event.name}
            </Text>
            <Text size="xs" c="dimmed">
              {eventKindWords[event.kind]}, by {event.setBy}
            </Text>
          </div>,
          <NextTime key="when" occurrences={event.occurrences} />,
          <Text key="services" size="sm">
            {event.services.length === 0 ? 'All' : event.services.join(', ')}
          </Text>,
          ...(mayChange
            ? [
                <Button key="withdraw" size="xs" variant="default" onClick={() => setWithdrawn(event)}>
                  Withdraw
                </Button>,
              ]
            : []),
        ]}
      </PagedTable>
      {isAdding ? <EventDialog onClose={() => setAdding(false)} /> : null}
      {withdrawn === undefined ? null : <Withdraw event={withdrawn} onClose={() => setWithdrawn(undefined)} />}
    </Panel>
  );
}

/** What a change of the calendar has asked again. */
const touchedByEvent = ['change-calendar', 'change-findings'];

function Withdraw({ event, onClose }: { event: PlannedEvent; onClose: () => void }) {
  const changing = useChange(changedSchema, touchedByEvent);
  return (
    <ConfirmDialog
      title={`Withdraw “${event.name}”?`}
      confirm="Withdraw"
      changing={changing}
      onClose={onClose}
      onConfirm={async () => {
        const path = `/changes/calendar/${event.event}/withdraw`;
        if ((await changing.change(path, { method: 'POST' })) !== undefined) onClose();
      }}
    >
      It is held against no change any more. Who set it and who withdrew it stays in the activity.
    </ConfirmDialog>
  );
}
