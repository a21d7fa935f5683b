import { Select, Text } from '@mantine/core';
import { type CertificateDocument, changedSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { UserIdSelect } from '../directory/user-select.tsx';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { type MachineRole, MachineRoleSelect } from './machine-role.tsx';
import { PemInput } from './pem-input.tsx';
import { purposeWords } from './purposes.ts';

/** Registers one; `like`: the next one of the same, which then stands beside it. */
export function RegisterDialog({ like, onClose }: { like: CertificateDocument | undefined; onClose: () => void }) {
  const [userId, setUserId] = useState<string | null>(like?.userId ?? null);
  const [purpose, setPurpose] = useState<CertificateDocument['purpose']>(like?.purpose ?? 'signing');
  const [role, setRole] = useState<MachineRole>(like?.role ?? 'none');
  const [certificate, setCertificate] = useState('');
  const registering = useChange(changedSchema, ['certificates']);

  async function submit() {
    const body = { userId, purpose, certificate, role: purpose === 'transport' && role !== 'none' ? role : undefined };
    if ((await registering.change('/certificates', { method: 'POST', body })) !== undefined) onClose();
  }
  const checked = useChecked(
    {
      userId: missing(userId, 'Choose a User ID.'),
      certificate: missing(certificate, 'Paste the certificate, or read it from a file.'),
    },
    () => void submit(),
  );

  return (
    <FormDialog
      title={like === undefined ? 'Register a certificate' : 'Renew a certificate'}
      submit="Register"
      checked={checked}
      changing={registering}
      onClose={onClose}
    >
      {like === undefined ? null : (
        <Text>
          The new one counts beside the old from this moment on. Revoke the old one when nothing uses it any more.
        </Text>
      )}
      <UserIdSelect
        {...checked.field('userId')}
        value={userId}
        onChange={(value) => {
          setUserId(value);
          setRole('none');
        }}
      />
      <Select
        label="What for"
        required
        withAsterisk={false}
        allowDeselect={false}
        openOnFocus={false}
        data={Object.entries(purposeWords).map(([value, label]) => ({ value, label }))}
        value={purpose}
        onChange={(value) => value !== null && setPurpose(value as CertificateDocument['purpose'])}
      />
      {purpose === 'transport' ? <MachineRoleSelect userId={userId} value={role} onChange={setRole} /> : null}
      <PemInput {...checked.field('certificate')} value={certificate} onChange={setCertificate} />
    </FormDialog>
  );
}
