import { Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import type { AffectedDocument, QuarantineLife } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { Caller } from '../api/call.ts';
import { reasonFor } from '../messages/reason.ts';
import { ReasonForm } from '../messages/reason-form.tsx';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { euiFault } from '../shared/faults.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
import { ShowNew } from '../shared/show-new.tsx';
import { Loading, Panel } from '../shared/states.tsx';
import { count } from '../thresholds/words.ts';
import { DraftForm } from './draft-form.tsx';
import { HeldTable } from './held-table.tsx';
import { heldQuery, heldQueryOf } from './queries.ts';
import { ReportButton } from './report-button.tsx';

interface Part {
  readonly life: QuarantineLife;
  readonly affected: AffectedDocument | undefined;
}

/** The held messages themselves. The Operator's people say first why they read them. */
export function HeldSection({ life, affected, isOperator }: Part & { isOperator: boolean }) {
  const { me, acting } = useSession();
  const [, setGiven] = useState(0);
  const reason = isOperator ? reasonFor(life.userId) : undefined;
  return (
    <Panel title="Held messages">
      {!me.permissions.includes('record.see') ? (
        <Text>Your role does not see messages; what is above tells what they concern.</Text>
      ) : isOperator && reason === undefined ? (
        <ReasonForm
          userId={life.userId}
          what="The messages of a User are its own."
          button="Show the held messages"
          onGiven={() => setGiven((before) => before + 1)}
        />
      ) : (
        <Held
          life={life}
          affected={affected}
          caller={{ acting, ...(reason === undefined ? {} : { reason }) }}
          isOperator={isOperator}
        />
      )}
    </Panel>
  );
}

function Held({ life, affected, caller, isOperator }: Part & { caller: Caller; isOperator: boolean }) {
  const search = useSearch({ from: '/quarantine/$event' });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const userId = isOperator ? life.userId : undefined;
  const asked = { ...search, user: userId };
  const held = useInfiniteQuery(heldQuery(caller, life.event, asked));
  const newlyHeld = useNewlyHeld(life, held.dataUpdatedAt);
  const rows = useMemo(() => held.data?.pages.flatMap((page) => page.items) ?? [], [held.data]);
  const mayDecide = !isOperator && life.undecided > 0;
  return (
    <Stack gap="md">
      {life.undecided > 0 ? <ReportButton event={life.event} userId={userId} caller={caller} /> : null}
      <HeldFilters key={`${search.srv} ${search.device}`} affected={affected} />
      <Group gap="sm">
        <ShowNew
          what={['held message', 'held messages']}
          count={newlyHeld}
          hasNew={newlyHeld > 0}
          isLoading={held.isRefetching}
          onShow={() => void held.refetch()}
        />
        <ExportButton
          caller={caller}
          path={`/quarantine/events/${life.event}/held.csv`}
          query={heldQueryOf(asked)}
          name={`held-${life.event}`}
          words="Export this list as CSV"
        />
      </Group>
      {held.isPending ? <Loading what="the held messages" /> : null}
      <ListFailure list={held} />
      {held.isSuccess && rows.length === 0 ? <Text>No held message meets these conditions.</Text> : null}
      {rows.length === 0 ? null : (
        <>
          <HeldTable
            rows={rows}
            user={userId}
            chosen={mayDecide ? chosen : undefined}
            onChoose={setChosen}
            more={held}
          />
          <Text size="sm" c="dimmed" role="status">
            {count(rows.length)} loaded{held.hasNextPage ? '; scroll down for more' : '; that is all of them'}.
          </Text>
        </>
      )}
      {mayDecide ? <DraftForm life={life} caller={caller} search={search} chosen={chosen} /> : null}
    </Stack>
  );
}

/**
 * How many messages the event has held since its list was read, as live events say. Of the event whole, whatever the
 * list's conditions; and the Operator, whose readings of messages are recorded, reads none by being told.
 */
function useNewlyHeld({ held }: QuarantineLife, readAt: number): number {
  const [known, setKnown] = useState({ held, readAt });
  if (known.readAt !== readAt) setKnown({ held, readAt });
  return held - known.held;
}

/** The conditions stand in the address; a draft can be made of what meets them. */
function HeldFilters({ affected }: { affected: AffectedDocument | undefined }) {
  const search = useSearch({ from: '/quarantine/$event' });
  const navigate = useNavigate({ from: '/quarantine/$event' });
  const [device, setDevice] = useState(search.device ?? '');
  const services = (affected?.services ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
  const change = (wanted: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...wanted }), resetScroll: false });
  const isAny = device.trim() === '';
  const checked = useChecked(
    { device: isAny ? undefined : euiFault(device, 'Enter a device as eight pairs, such as 00-DB-12-34-56-78-90-A0.') },
    () => change({ device: isAny ? undefined : device.trim().toUpperCase() }),
  );
  return (
    <Form checked={checked} failure={null}>
      <Group align="flex-end" gap="sm">
        <Select
          label="Service (SRV)"
          placeholder="Every service"
          clearable
          clearButtonProps={{ 'aria-label': 'Every service' }}
          data={services}
          value={search.srv ?? null}
          onChange={(srv) => change({ srv: srv ?? undefined })}
          w={180}
        />
        <TextInput
          {...checked.field('device')}
          label="Device"
          placeholder="00-DB-12-34-56-78-90-A0"
          value={device}
          onChange={(event) => setDevice(event.currentTarget.value)}
          w={260}
        />
        <Button type="submit" variant="default">
          Show
        </Button>
        <Checkbox
          pb={8}
          label="Also what is decided"
          checked={search.held === 'all'}
          onChange={(event) => change({ held: event.currentTarget.checked ? 'all' : undefined })}
        />
      </Group>
    </Form>
  );
}
