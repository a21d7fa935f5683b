import { Button, Group, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { changedSchema, type EmailRecipientDocument, emailRecipientPageSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { UserIdSelect } from '../directory/user-select.tsx';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { emailFault, missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { CertificateCell, StandingCell } from './cells.tsx';
import { EndingSoon } from './ending-soon.tsx';
import { PemInput } from './pem-input.tsx';

type Open =
  | { readonly name: 'register'; readonly like?: EmailRecipientDocument }
  | { readonly name: 'revoke'; readonly recipient: EmailRecipientDocument };

const NAME = 'email-recipients';
const PATH = '/email-recipients';

/** To which addresses receipts and reports go by e-mail, and the certificate to which each is encrypted. */
export function EmailRecipients() {
  const { me } = useSession();
  const [open, setOpen] = useState<Open>();
  const list = usePaged<EmailRecipientDocument, typeof emailRecipientPageSchema>(NAME, emailRecipientPageSchema, PATH);
  const revoking = useChange(changedSchema, [NAME, 'readiness']);
  const mayChange = me.permissions.includes('certificates.change');
  const close = () => setOpen(undefined);

  async function revoke({ userId, fingerprint }: EmailRecipientDocument) {
    const done = await revoking.change(`${PATH}/revoke`, { method: 'POST', body: { userId, fingerprint } });
    if (done !== undefined) close();
  }

  return (
    <>
      <EndingSoon name={NAME} schema={emailRecipientPageSchema} path={PATH} />
      <Text>
        Receipts of files that came by e-mail, reports while an outage is declared, and word of every outage go by
        e-mail to these addresses and nowhere else, encrypted to the certificate beside each.
      </Text>
      <ListHead path={PATH}>
        {mayChange ? <Button onClick={() => setOpen({ name: 'register' })}>Register an address</Button> : null}
      </ListHead>
      <PagedTable
        list={list}
        label="E-mail addresses"
        empty={<Text fw={650}>No address is registered yet: nothing is sent by e-mail.</Text>}
        columns={[
          ['Address', 1.4],
          ['User ID', 1.4],
          ['Certificate', 1.6],
          ['Standing', 1.3],
          ...(mayChange ? [['Change', 1.2] as const] : []),
        ]}
        keyOf={({ userId, fingerprint }) => `${userId} ${fingerprint}`}
      >
        {(recipient) =>
          [
            <Text key="address" fw={600} size="sm" className="penstock-address">
              {recipient.address}
            </Text>,
            <UserName key="user" userId={recipient.userId} />,
            <CertificateCell key="certificate" {...recipient} />,
            <StandingCell key="standing" {...recipient} />,
            recipient.revokedAt === undefined ? (
              <Group key="change" gap={6}>
                <Button size="xs" variant="default" onClick={() => setOpen({ name: 'register', like: recipient })}>
                  Renew<VisuallyHidden> that of {recipient.address}</VisuallyHidden>
                </Button>
                <Button size="xs" variant="default" onClick={() => setOpen({ name: 'revoke', recipient })}>
                  Revoke<VisuallyHidden> that of {recipient.address}</VisuallyHidden>
                </Button>
              </Group>
            ) : null,
          ].slice(0, mayChange ? 5 : 4)
        }
      </PagedTable>
      {open?.name === 'register' ? <AddressDialog like={open.like} onClose={close} /> : null}
      {open?.name === 'revoke' ? (
        <ConfirmDialog
          title="Revoke this address?"
          confirm="Revoke for good"
          changing={revoking}
          onConfirm={() => void revoke(open.recipient)}
          onClose={close}
        >
          {open.recipient.address}, of {open.recipient.userId}. Nothing goes there any more by this certificate; mails
          that still wait for it are dropped. It cannot be taken back.
        </ConfirmDialog>
      ) : null}
    </>
  );
}

function AddressDialog({ like, onClose }: { like: EmailRecipientDocument | undefined; onClose: () => void }) {
  const [userId, setUserId] = useState<string | null>(like?.userId ?? null);
  const [address, setAddress] = useState(like?.address ?? '');
  const [certificate, setCertificate] = useState('');
  const registering = useChange(changedSchema, [NAME, 'readiness']);

  async function submit() {
    const body = { userId, address: address.trim(), certificate };
    if ((await registering.change(PATH, { method: 'POST', body })) !== undefined) onClose();
  }
  const checked = useChecked(
    {
      userId: missing(userId, 'Choose a User ID.'),
      address: emailFault(address),
      certificate: missing(certificate, 'Paste the certificate, or read it from a file.'),
    },
    () => void submit(),
  );

  return (
    <FormDialog
      title={like === undefined ? 'Register an address' : 'Renew the certificate of an address'}
      submit="Register"
      checked={checked}
      changing={registering}
      onClose={onClose}
    >
      {like === undefined ? null : (
        <Text>
          Mails go to both certificates from this moment on. Revoke the old one when nothing reads by it any more.
        </Text>
      )}
      <UserIdSelect {...checked.field('userId')} value={userId} onChange={setUserId} />
      <TextInput
        {...checked.field('address')}
        label="E-mail address"
        description="Compare it with what the User says by another way: what is held is told there."
        type="email"
        required
        withAsterisk={false}
        maxLength={254}
        autoComplete="off"
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      <PemInput {...checked.field('certificate')} value={certificate} onChange={setCertificate} />
    </FormDialog>
  );
}
