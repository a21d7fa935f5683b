import { Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { type CertificateDocument, certificatePageSchema, changedSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { useFind } from '../shared/find-box.tsx';
import { ListHead } from '../shared/list-head.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { UserName } from '../shared/user-name.tsx';
import { CertificateCell, StandingCell } from './cells.tsx';
import { EndingSoon } from './ending-soon.tsx';
import { PurposeCell } from './purpose-cell.tsx';
import { purposeWords } from './purposes.ts';
import { RegisterDialog } from './register-dialog.tsx';
import { RoleDialog } from './role-dialog.tsx';

type Open =
  | { readonly name: 'register'; readonly like?: CertificateDocument }
  | { readonly name: 'role' | 'revoke'; readonly certificate: CertificateDocument };

/** Certificates of User IDs. Renewing is registering the next beside the old, and revoking the old when it is unused. */
export function Certificates() {
  const { me } = useSession();
  const [open, setOpen] = useState<Open>();
  const find = useFind();
  const list = usePaged<CertificateDocument, typeof certificatePageSchema>(
    'certificates',
    certificatePageSchema,
    '/certificates',
    { find },
  );
  const revoking = useChange(changedSchema, ['certificates']);
  const mayChange = me.permissions.includes('certificates.change');
  const close = () => setOpen(undefined);

  async function revoke({ purpose, fingerprint }: CertificateDocument) {
    const done = await revoking.change('/certificates/revoke', { method: 'POST', body: { purpose, fingerprint } });
    if (done !== undefined) close();
  }

  return (
    <>
      <EndingSoon name="certificates" schema={certificatePageSchema} path="/certificates" />
      <ListHead
        find="Find a certificate"
        by="By User ID, Party, issuer, serial number or fingerprint"
        path="/certificates"
      >
        {mayChange ? <Button onClick={() => setOpen({ name: 'register' })}>Register a certificate</Button> : null}
      </ListHead>
      <PagedTable
        list={list}
        label="Certificates of machines"
        find={find}
        empty={<Text fw={650}>No certificate is registered yet: no machine can send or take messages.</Text>}
        columns={[
          ['User ID', 1.4],
          ['What for', 1.2],
          ['Certificate', 1.8],
          ['Standing', 1.3],
          ...(mayChange ? [['Change', 1.5] as const] : []),
        ]}
        keyOf={({ purpose, fingerprint }) => `${purpose} ${fingerprint}`}
      >
        {(certificate) =>
          [
            <UserName key="user" userId={certificate.userId} />,
            <PurposeCell key="purpose" {...certificate} />,
            <CertificateCell key="certificate" {...certificate} />,
            <StandingCell key="standing" {...certificate} />,
            certificate.revokedAt === undefined ? (
              <Group key="change" gap={6}>
                <Button size="xs" variant="default" onClick={() => setOpen({ name: 'register', like: certificate })}>
                  Renew<VisuallyHidden> {certificate.serial}</VisuallyHidden>
                </Button>
                {certificate.purpose === 'transport' ? (
                  <Button size="xs" variant="default" onClick={() => setOpen({ name: 'role', certificate })}>
                    Role<VisuallyHidden> of {certificate.serial}</VisuallyHidden>
                  </Button>
                ) : null}
                <Button size="xs" variant="default" onClick={() => setOpen({ name: 'revoke', certificate })}>
                  Revoke<VisuallyHidden> {certificate.serial}</VisuallyHidden>
                </Button>
              </Group>
            ) : null,
          ].slice(0, mayChange ? 5 : 4)
        }
      </PagedTable>
      {open?.name === 'register' ? <RegisterDialog like={open.like} onClose={close} /> : null}
      {open?.name === 'role' ? <RoleDialog certificate={open.certificate} onClose={close} /> : null}
      {open?.name === 'revoke' ? (
        <ConfirmDialog
          title="Revoke this certificate?"
          confirm="Revoke for good"
          changing={revoking}
          onConfirm={() => void revoke(open.certificate)}
          onClose={close}
        >
          {open.certificate.userId}, {purposeWords[open.certificate.purpose]}, serial {open.certificate.serial}. From
          this moment on nothing counts that it signs or connects with. It cannot be taken back.
        </ConfirmDialog>
      ) : null}
    </>
  );
}
