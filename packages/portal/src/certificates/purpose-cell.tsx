import { Text } from '@mantine/core';
import type { CertificateDocument } from '@penstock/api/schemas';
import { roleWords } from '../session/me.ts';
import { purposeWords } from './purposes.ts';

/** What it is for; of one that connects also as whom at the API. */
export function PurposeCell({ purpose, role }: Pick<CertificateDocument, 'purpose' | 'role'>) {
  return (
    <div>
      {purposeWords[purpose]}
      {purpose === 'transport' ? (
        <Text size="sm" c="dimmed">
          {role === undefined ? 'no role at the API' : `at the API: ${roleWords[role]}`}
        </Text>
      ) : null}
    </div>
  );
}
