import { Checkbox, Group, Select, TextInput } from '@mantine/core';
import { changedSchema, roleSchema, type UserIdDocument } from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { euiFault, missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { rolesNow } from './roles.ts';
import { PartySelect } from './user-select.tsx';

/** A User ID with its Party, roles and delivery; a role that is taken out ends now, a new one begins now. */
export function UserIdDialog({ user, onClose }: { user: UserIdDocument | undefined; onClose: () => void }) {
  const [userId, setUserId] = useState(user?.userId ?? '');
  const [form, setForm] = useState({
    partyId: user?.partyId ?? null,
    roles: user === undefined ? [] : rolesNow(user, Date.now()),
    delivery: user?.delivery ?? 'pull',
    receiveUrl: user?.receiveUrl ?? '',
    status: user?.status ?? 'active',
    risingCounters: user?.risingCounters ?? true,
  });
  const changing = useChange(changedSchema, ['user-ids']);
  const put = (part: Partial<typeof form>) => setForm((before) => ({ ...before, ...part }));

  async function submit() {
    const receiveUrl = form.delivery === 'push' ? form.receiveUrl.trim() : undefined;
    const path = `/user-ids/${encodeURIComponent(userId.trim())}`;
    if ((await changing.change(path, { method: 'PUT', body: { ...form, receiveUrl } })) !== undefined) onClose();
  }
  const checked = useChecked(
    {
      userId: euiFault(userId, 'Enter a User ID as eight pairs, such as 90-B3-D5-1F-30-01-00-00.'),
      partyId: missing(form.partyId, 'Choose a Party.'),
      receiveUrl:
        form.delivery === 'pull' || URL.canParse(form.receiveUrl.trim())
          ? undefined
          : 'Enter the address of the receive service, beginning with https://.',
    },
    () => void submit(),
  );

  return (
    <FormDialog
      title={user === undefined ? 'Add a User ID' : 'Change a User ID'}
      submit="Save"
      checked={checked}
      changing={changing}
      onClose={onClose}
    >
      <TextInput
        {...checked.field('userId')}
        label="User ID"
        placeholder="90-B3-D5-1F-30-01-00-00"
        required
        withAsterisk={false}
        readOnly={user !== undefined}
        className="penstock-identifier"
        value={userId}
        onChange={(event) => setUserId(event.currentTarget.value)}
      />
      <PartySelect {...checked.field('partyId')} value={form.partyId} onChange={(partyId) => put({ partyId })} />
      <Checkbox.Group
        label="Roles from now on"
        value={form.roles}
        onChange={(roles) => put({ roles: roles as typeof form.roles })}
      >
        <Group gap="md" mt={6}>
          {roleSchema.options.map((role) => (
            <Checkbox key={role} value={role} label={role} />
          ))}
        </Group>
      </Checkbox.Group>
      <Select
        label="How it takes messages"
        allowDeselect={false}
        openOnFocus={false}
        data={[
          { value: 'pull', label: 'it asks for them' },
          { value: 'push', label: 'they are pushed to its receive service' },
        ]}
        value={form.delivery}
        onChange={(value) => value !== null && put({ delivery: value as typeof form.delivery })}
      />
      {form.delivery === 'push' ? (
        <TextInput
          {...checked.field('receiveUrl')}
          label="Address of the receive service"
          type="url"
          placeholder="https://"
          required
          withAsterisk={false}
          maxLength={500}
          value={form.receiveUrl}
          onChange={(event) => put({ receiveUrl: event.currentTarget.value })}
        />
      ) : null}
      <Select
        label="Status"
        description="Messages of one that is suspended are refused (E3), and its people have no access for it."
        allowDeselect={false}
        openOnFocus={false}
        data={[
          { value: 'active', label: 'Active' },
          { value: 'suspended', label: 'Suspended' },
        ]}
        value={form.status}
        onChange={(value) => value !== null && put({ status: value as typeof form.status })}
      />
      <Checkbox
        label="Its counters rise"
        description="Else a message from before the replay horizon, sent again by somebody, is not found."
        checked={form.risingCounters}
        onChange={(event) => put({ risingCounters: event.currentTarget.checked })}
      />
    </FormDialog>
  );
}
