import { Select } from '@mantine/core';
import { type CertificateDocument, operatorRoleNameSchema, userRoleNameSchema } from '@penstock/api/schemas';
import { roleWords, useSession } from '../session/me.ts';

export type MachineRole = NonNullable<CertificateDocument['role']> | 'none';

/** As whom a machine with the certificate is judged at the API; the roles are those of the User ID's side. */
export function MachineRoleSelect({
  userId,
  value,
  onChange,
}: {
  userId: string | null;
  value: MachineRole;
  onChange: (role: MachineRole) => void;
}) {
  const { me } = useSession();
  // whoever registers certificates acts for the Operator
  const isOperators = me.acting.userIds.some((own) => own === userId);
  const roles = isOperators ? operatorRoleNameSchema.options : userRoleNameSchema.options;
  return (
    <Select
      label="Role at the API"
      description={
        isOperators
          ? 'What people of this role may do, the machine may. You give none that may more than you; a role that nobody here may give, such as the change manager’s, is given by an import where the platform runs. With a role the machine takes and delivers nothing for the network.'
          : 'What people of this role may do, the machine may. No role signs files: only officers do.'
      }
      required
      withAsterisk={false}
      allowDeselect={false}
      openOnFocus={false}
      data={[
        { value: 'none', label: 'none: it may do nothing there' },
        ...roles.map((role) => ({ value: role, label: roleWords[role] })),
      ]}
      value={value}
      onChange={(role) => role !== null && onChange(role as MachineRole)}
    />
  );
}
