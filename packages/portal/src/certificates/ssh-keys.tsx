import { Button, Text, Textarea, TextInput, VisuallyHidden } from '@mantine/core';
import { changedSchema, type SshKeyDocument, sshKeyPageSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { UserIdSelect } from '../directory/user-select.tsx';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useFind } from '../shared/find-box.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { RegisteredBy } from './cells.tsx';

type Open = { readonly name: 'register' } | { readonly name: 'revoke'; readonly key: SshKeyDocument };

/** The keys by which machines of a User ID come in by SFTP. */
export function SshKeys() {
  const { me } = useSession();
  const [open, setOpen] = useState<Open>();
  const find = useFind();
  const list = usePaged<SshKeyDocument, typeof sshKeyPageSchema>('ssh-keys', sshKeyPageSchema, '/ssh-keys', { find });
  const revoking = useChange(changedSchema, ['ssh-keys', 'readiness']);
  const mayChange = me.permissions.includes('certificates.change');
  const close = () => setOpen(undefined);

  async function revoke({ userId, fingerprint }: SshKeyDocument) {
    const done = await revoking.change('/ssh-keys/revoke', { method: 'POST', body: { userId, fingerprint } });
    if (done !== undefined) close();
  }

  return (
    <>
      <ListHead find="Find a key" by="By name, User ID, Party or fingerprint" path="/ssh-keys">
        {mayChange ? <Button onClick={() => setOpen({ name: 'register' })}>Register an SSH key</Button> : null}
      </ListHead>
      <PagedTable
        list={list}
        label="SSH keys"
        find={find}
        empty={<Text fw={650}>No SSH key is registered yet: nobody can deliver by SFTP.</Text>}
        columns={['Machine', ['User ID', 1.4], ['Key', 2], ['Standing', 1.3], ...(mayChange ? ['Change'] : [])]}
        keyOf={({ userId, fingerprint }) => `${userId} ${fingerprint}`}
      >
        {(key) =>
          [
            <Text key="name" fw={600} size="sm">
              {key.name}
            </Text>,
            <UserName key="user" userId={key.userId} />,
            <div key="key">
              <Text size="sm">{key.algorithm}</Text>
              <span className="penstock-fingerprint">{key.fingerprint}</span>
            </div>,
            <StandingOfKey key="standing" sshKey={key} />,
            key.revokedAt === undefined ? (
              <Button key="change" size="xs" variant="default" onClick={() => setOpen({ name: 'revoke', key })}>
                Revoke<VisuallyHidden> the key of {key.name}</VisuallyHidden>
              </Button>
            ) : null,
          ].slice(0, mayChange ? 5 : 4)
        }
      </PagedTable>
      {open?.name === 'register' ? <KeyDialog onClose={close} /> : null}
      {open?.name === 'revoke' ? (
        <ConfirmDialog
          title="Revoke this SSH key?"
          confirm="Revoke for good"
          changing={revoking}
          onConfirm={() => void revoke(open.key)}
          onClose={close}
        >
          {open.key.name}, of {open.key.userId}. Its machine loses what it has open, and does not come in again. It
          cannot be taken back.
        </ConfirmDialog>
      ) : null}
    </>
  );
}

function StandingOfKey({ sshKey }: { sshKey: SshKeyDocument }) {
  const { revokedAt, usedAt } = sshKey;
  return (
    <div>
      <span className={`penstock-outcome penstock-outcome-${revokedAt === undefined ? 'passed' : 'deleted'}`}>
        {revokedAt === undefined ? 'Registered' : 'Revoked'}
      </span>
      <Text size="sm" c="dimmed">
        {revokedAt !== undefined ? (
          <When at={revokedAt} inline />
        ) : usedAt === undefined ? (
          'not used yet'
        ) : (
          <>
            used <When at={usedAt} inline />
          </>
        )}
      </Text>
      <RegisteredBy {...sshKey} />
    </div>
  );
}

function KeyDialog({ onClose }: { onClose: () => void }) {
  const [userId, setUserId] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [key, setKey] = useState('');
  const registering = useChange(changedSchema, ['ssh-keys', 'readiness']);

  async function submit() {
    const body = { userId, name: name.trim(), key: key.trim() };
    if ((await registering.change('/ssh-keys', { method: 'POST', body })) !== undefined) onClose();
  }
  const checked = useChecked(
    {
      userId: missing(userId, 'Choose a User ID.'),
      name: missing(name, 'Enter which machine has the key.'),
      key: missing(key, 'Paste the line of the .pub file.'),
    },
    () => void submit(),
  );

  return (
    <FormDialog
      title="Register an SSH key"
      submit="Register"
      checked={checked}
      changing={registering}
      onClose={onClose}
    >
      <UserIdSelect {...checked.field('userId')} value={userId} onChange={setUserId} />
      <TextInput
        {...checked.field('name')}
        label="Machine"
        description="Which machine has it, or what for"
        required
        withAsterisk={false}
        maxLength={200}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        {...checked.field('key')}
        label="Public key"
        description="The line of the .pub file. Never the private key: it stays where it is."
        placeholder="ssh-ed25519 AAAA..."
        required
        withAsterisk={false}
        maxLength={8000}
        autosize
        minRows={3}
        spellCheck={false}
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
