import { Button, Group, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { changedSchema, type OfficerDocument, officerPageSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { UserIdSelect } from '../directory/user-select.tsx';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { emailFault, missing, telephoneFault } from '../shared/faults.ts';
import { useFind } from '../shared/find-box.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { CertificateCell, StandingCell } from './cells.tsx';
import { EndingSoon } from './ending-soon.tsx';
import { PemInput } from './pem-input.tsx';

type Open =
  | { readonly name: 'register'; readonly like?: OfficerDocument }
  | { readonly name: 'revoke'; readonly officer: OfficerDocument };

/** Who signs a User's files, and by which certificates; two of one address are one officer. */
export function Officers() {
  const { me } = useSession();
  const [open, setOpen] = useState<Open>();
  const find = useFind();
  const list = usePaged<OfficerDocument, typeof officerPageSchema>('officers', officerPageSchema, '/officers', {
    find,
  });
  const revoking = useChange(changedSchema, ['officers']);
  const mayChange = me.permissions.includes('officers.change');
  const close = () => setOpen(undefined);

  async function revoke({ userId, fingerprint }: OfficerDocument) {
    const done = await revoking.change('/officers/revoke', { method: 'POST', body: { userId, fingerprint } });
    if (done !== undefined) close();
  }

  return (
    <>
      <EndingSoon name="officers" schema={officerPageSchema} path="/officers" />
      <ListHead
        find="Find an officer"
        by="By name, address, User ID, Party, serial number or fingerprint"
        path="/officers"
      >
        {mayChange ? <Button onClick={() => setOpen({ name: 'register' })}>Register an officer</Button> : null}
      </ListHead>
      <PagedTable
        list={list}
        label="Certificates of officers"
        find={find}
        empty={
          <Text fw={650}>No officer is registered yet: nobody can set thresholds or decide on held messages.</Text>
        }
        columns={[
          ['Officer', 1.4],
          ['User ID', 1.4],
          ['Certificate', 1.6],
          ['Standing', 1.3],
          ...(mayChange ? [['Change', 1.2] as const] : []),
        ]}
        keyOf={({ userId, fingerprint }) => `${userId} ${fingerprint}`}
      >
        {(officer) =>
          [
            <div key="officer">
              <Text fw={600}>{officer.name}</Text>
              <Text size="sm" c="dimmed">
                {officer.email}
              </Text>
              {officer.telephone === undefined ? null : (
                <Text size="sm" c="dimmed">
                  {officer.telephone}
                </Text>
              )}
            </div>,
            <UserName key="user" userId={officer.userId} />,
            <CertificateCell key="certificate" {...officer} />,
            <StandingCell key="standing" {...officer} />,
            officer.revokedAt === undefined ? (
              <Group key="change" gap={6}>
                <Button size="xs" variant="default" onClick={() => setOpen({ name: 'register', like: officer })}>
                  Renew<VisuallyHidden> that of {officer.name}</VisuallyHidden>
                </Button>
                <Button size="xs" variant="default" onClick={() => setOpen({ name: 'revoke', officer })}>
                  Revoke<VisuallyHidden> that of {officer.name}</VisuallyHidden>
                </Button>
              </Group>
            ) : null,
          ].slice(0, mayChange ? 5 : 4)
        }
      </PagedTable>
      {open?.name === 'register' ? <OfficerDialog like={open.like} onClose={close} /> : null}
      {open?.name === 'revoke' ? (
        <ConfirmDialog
          title="Revoke this officer’s certificate?"
          confirm="Revoke for good"
          changing={revoking}
          onConfirm={() => void revoke(open.officer)}
          onClose={close}
        >
          {open.officer.name}, {open.officer.email}, of {open.officer.userId}. No file counts that it signed and that is
          not applied yet. It cannot be taken back.
        </ConfirmDialog>
      ) : null}
    </>
  );
}

function OfficerDialog({ like, onClose }: { like: OfficerDocument | undefined; onClose: () => void }) {
  const [userId, setUserId] = useState<string | null>(like?.userId ?? null);
  const [name, setName] = useState(like?.name ?? '');
  const [email, setEmail] = useState(like?.email ?? '');
  const [telephone, setTelephone] = useState(like?.telephone ?? '');
  const [certificate, setCertificate] = useState('');
  const registering = useChange(changedSchema, ['officers']);

  async function submit() {
    const number = telephone.trim();
    const body = {
      userId,
      name: name.trim(),
      email: email.trim(),
      ...(number === '' ? {} : { telephone: number }),
      certificate,
    };
    if ((await registering.change('/officers', { method: 'POST', body })) !== undefined) onClose();
  }
  const checked = useChecked(
    {
      userId: missing(userId, 'Choose a User ID.'),
      name: missing(name, 'Enter the name of the officer.'),
      email: emailFault(email),
      telephone: telephoneFault(telephone),
      certificate: missing(certificate, 'Paste the certificate, or read it from a file.'),
    },
    () => void submit(),
  );

  return (
    <FormDialog
      title={like === undefined ? 'Register an officer' : 'Renew an officer’s certificate'}
      submit="Register"
      checked={checked}
      changing={registering}
      onClose={onClose}
    >
      <UserIdSelect {...checked.field('userId')} value={userId} onChange={setUserId} />
      <TextInput
        {...checked.field('name')}
        label="Name"
        required
        withAsterisk={false}
        maxLength={100}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        {...checked.field('email')}
        label="E-mail address"
        description="It says who the person is: two officers are two people only by two addresses."
        type="email"
        required
        withAsterisk={false}
        maxLength={200}
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <TextInput
        {...checked.field('telephone')}
        label="Telephone number (optional)"
        description="With its country, such as +44 1632 960001. It stands where people are told whom to call."
        type="tel"
        maxLength={40}
        autoComplete="off"
        value={telephone}
        onChange={(event) => setTelephone(event.currentTarget.value)}
      />
      <PemInput {...checked.field('certificate')} value={certificate} onChange={setCertificate} />
    </FormDialog>
  );
}
