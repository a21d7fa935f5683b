import { Stack, Text, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '../session/me.ts';
import { PageTitle } from '../shared/page-title.tsx';
import { NoRight } from '../shared/states.tsx';
import { Views } from '../shared/views.tsx';
import { Certificates } from './certificates.tsx';
import { EmailRecipients } from './email-recipients.tsx';
import { OfficerPolicyView } from './officer-policy.tsx';
import { Officers } from './officers.tsx';
import { SshKeys } from './ssh-keys.tsx';

const views = [
  ['machines', 'Of machines', 'certificates.see'],
  ['officers', 'Of officers', 'officers.see'],
  ['signing', 'Who signs', 'officers.see'],
  ['ssh-keys', 'SSH keys', 'certificates.see'],
  ['email', 'E-mail addresses', 'certificates.see'],
] as const;

const contents: Readonly<Record<(typeof views)[number][0], () => ReactNode>> = {
  machines: Certificates,
  officers: Officers,
  signing: OfficerPolicyView,
  'ssh-keys': SshKeys,
  email: EmailRecipients,
};

/**
 * The certificates by which machines are known and officers sign files, who signs, the keys by which machines come by SFTP,
 * and the addresses to which mails go.
 */
export function CertificatesPage() {
  const { me } = useSession();
  const { tab } = useSearch({ from: '/certificates' });
  const seen = views.filter(([, , right]) => me.permissions.includes(right));
  const shown = seen.find(([name]) => name === tab) ?? seen[0];
  if (shown === undefined) return <NoRight page="Certificates" what="certificates" />;
  const Content = contents[shown[0]];
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Certificates" />
      <div>
        <Title order={1}>Certificates</Title>
        <Text c="dimmed">
          A certificate or a key counts because it is registered here, until it expires or is revoked.
          {me.permissions.includes('certificates.change') ? '' : ' The Operator registers and revokes them.'}
        </Text>
      </div>
      <Views label="Of certificates" views={seen.map(([name, words]) => [name, words])} shown={shown[0]} />
      <Content />
    </Stack>
  );
}
