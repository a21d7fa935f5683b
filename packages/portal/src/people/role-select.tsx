import { Select } from '@mantine/core';
import { operatorRoleNameSchema, type PersonRole, userRoleNameSchema } from '@penstock/api/schemas';
import { UserSelect } from '../directory/user-select.tsx';
import { roleWords, useSession } from '../session/me.ts';

const may: Readonly<Record<PersonRole, string>> = {
  user_administrator: 'people, and sees all of the User',
  aro: 'signs and decides',
  analyst: 'sees all, tells what was found',
  read_only: 'sees all',
  service_desk: 'sees all, a record with a reason',
  security: 'officers, certificates, files, activity',
  change_manager: 'sees all but records',
  operator_administrator: 'people, Parties and devices',
};

/** The roles that there are for a User ID, or for the Operator. */
export function RoleSelect(props: {
  id?: string;
  error?: string | undefined;
  acting: string;
  value: PersonRole | null;
  onChange: (role: PersonRole) => void;
}) {
  const roles: readonly PersonRole[] =
    props.acting === 'operator' ? operatorRoleNameSchema.options : userRoleNameSchema.options;
  return (
    <Select
      {...(props.id === undefined ? {} : { id: props.id })}
      error={props.error}
      label="Role"
      required
      withAsterisk={false}
      allowDeselect={false}
      openOnFocus={false}
      data={roles.map((value) => ({ value, label: `${roleWords[value]}: ${may[value]}` }))}
      value={props.value}
      onChange={(value) => value !== null && props.onChange(value as PersonRole)}
    />
  );
}

/** For whom: an administrator of a User ID has one choice, the Operator's all. */
export function ActingSelect({ value, onChange }: { value: string; onChange: (acting: string) => void }) {
  const { me } = useSession();
  if (me.acting.kind !== 'operator') return null;
  return (
    <UserSelect
      label="For whom"
      required
      allowDeselect={false}
      first={[{ value: 'operator', label: 'The Operator' }]}
      value={value}
      onChange={(chosen) => chosen !== null && onChange(chosen)}
    />
  );
}
