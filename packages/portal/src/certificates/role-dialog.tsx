import { Text } from '@mantine/core';
import { type CertificateDocument, changedSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { UserName } from '../shared/user-name.tsx';
import { type MachineRole, MachineRoleSelect } from './machine-role.tsx';

/** Says as whom a machine is judged at the API from its next call on. */
export function RoleDialog({ certificate, onClose }: { certificate: CertificateDocument; onClose: () => void }) {
  const { userId, serial, fingerprint } = certificate;
  const [role, setRole] = useState<MachineRole>(certificate.role ?? 'none');
  const { me } = useSession();
  const isOperators = me.acting.userIds.some((own) => own === userId);
  const changing = useChange(changedSchema, ['certificates']);

  async function submit() {
    const body = { fingerprint, role: role === 'none' ? null : role };
    if ((await changing.change('/certificates/role', { method: 'POST', body })) !== undefined) onClose();
  }
  const checked = useChecked({}, () => void submit());

  return (
    <FormDialog title="Role of a machine" submit="Set the role" checked={checked} changing={changing} onClose={onClose}>
      <Text className="penstock-address">
        <UserName userId={userId} inline />, certificate <span className="penstock-fingerprint">{serial}</span>
      </Text>
      <Text size="sm">It counts from the machine’s next call on{isOperators ? '' : '; the User is told'}.</Text>
      <MachineRoleSelect userId={userId} value={role} onChange={setRole} />
    </FormDialog>
  );
}
