import { Button, Select, Text, TextInput, VisuallyHidden } from '@mantine/core';
import {
  changedSchema,
  type PartyDocument,
  partyKindSchema,
  partyPageSchema,
  partyStatusSchema,
} from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useFind } from '../shared/find-box.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';

const kindWords: Readonly<Record<PartyDocument['kind'], string>> = {
  large_supplier: 'Large supplier',
  small_supplier: 'Small supplier',
  electricity_network_operator: 'Electricity network operator',
  gas_network_operator: 'Gas network operator',
  other: 'Other',
  registration_data_provider: 'Registration Data Provider',
  operator: 'The Operator',
};
const statusWords = { active: 'Active', suspended: 'Suspended', withdrawn: 'Withdrawn' } as const;
const statusMarks = { active: 'passed', suspended: 'warned', withdrawn: 'refused' } as const;

const choices = <Value extends string>(values: readonly Value[], words: Readonly<Record<Value, string>>) =>
  values.map((value) => ({ value, label: words[value] }));

export function Parties() {
  const { me } = useSession();
  const [open, setOpen] = useState<PartyDocument | 'new'>();
  const find = useFind();
  const parties = usePaged<PartyDocument, typeof partyPageSchema>('parties', partyPageSchema, '/parties', { find });
  const mayChange = me.permissions.includes('directory.change');
  return (
    <>
      <ListHead find="Find a Party" by="By identifier or name" path="/parties">
        {mayChange ? <Button onClick={() => setOpen('new')}>Add a Party</Button> : null}
      </ListHead>
      <PagedTable
        list={parties}
        label="Parties"
        find={find}
        empty={<Text fw={650}>There are no Parties yet.</Text>}
        columns={['Party', ['Name', 1.5], ['Kind', 1.4], 'Status', ...(mayChange ? ['Change'] : [])]}
        keyOf={({ partyId }) => partyId}
      >
        {(party) =>
          [
            <span key="id" className="penstock-identifier">
              {party.partyId}
            </span>,
            party.name,
            kindWords[party.kind],
            <span key="status" className={`penstock-outcome penstock-outcome-${statusMarks[party.status]}`}>
              {statusWords[party.status]}
            </span>,
            <Button key="change" size="xs" variant="default" onClick={() => setOpen(party)}>
              Change<VisuallyHidden> {party.name}</VisuallyHidden>
            </Button>,
          ].slice(0, mayChange ? 5 : 4)
        }
      </PagedTable>
      {open === undefined ? null : (
        <PartyDialog party={open === 'new' ? undefined : open} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

function PartyDialog({ party, onClose }: { party: PartyDocument | undefined; onClose: () => void }) {
  const [form, setForm] = useState<PartyDocument>(
    party ?? { partyId: '', name: '', kind: 'small_supplier', status: 'active' },
  );
  const changing = useChange(changedSchema, ['parties']);
  const put = (part: Partial<PartyDocument>) => setForm((before) => ({ ...before, ...part }));

  async function submit() {
    const { partyId, ...body } = form;
    const path = `/parties/${encodeURIComponent(partyId.trim())}`;
    if ((await changing.change(path, { method: 'PUT', body })) !== undefined) onClose();
  }
  const checked = useChecked(
    {
      partyId: /^[!-~]{1,64}$/.test(form.partyId.trim())
        ? undefined
        : 'Enter a Party id: up to 64 visible characters without blanks.',
      name: missing(form.name, 'Enter the name of the Party.'),
    },
    () => void submit(),
  );

  return (
    <FormDialog
      title={party === undefined ? 'Add a Party' : `Change ${party.name}`}
      submit="Save"
      checked={checked}
      changing={changing}
      onClose={onClose}
    >
      {party === undefined ? (
        <TextInput
          {...checked.field('partyId')}
          label="Party id"
          description="Short, without blanks; it is never changed."
          required
          withAsterisk={false}
          maxLength={64}
          value={form.partyId}
          onChange={(event) => put({ partyId: event.currentTarget.value })}
        />
      ) : null}
      <TextInput
        {...checked.field('name')}
        label="Name"
        required
        withAsterisk={false}
        maxLength={200}
        value={form.name}
        onChange={(event) => put({ name: event.currentTarget.value })}
      />
      <Select
        label="Kind"
        allowDeselect={false}
        openOnFocus={false}
        data={choices(partyKindSchema.options, kindWords)}
        value={form.kind}
        onChange={(value) => value !== null && put({ kind: value as PartyDocument['kind'] })}
      />
      <Select
        label="Status"
        description="One that is suspended or withdrawn takes its User IDs and its people with it, at once."
        allowDeselect={false}
        openOnFocus={false}
        data={choices(partyStatusSchema.options, statusWords)}
        value={form.status}
        onChange={(value) => value !== null && put({ status: value as PartyDocument['status'] })}
      />
    </FormDialog>
  );
}
