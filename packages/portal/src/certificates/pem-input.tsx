import { Button, FileButton, Group, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

/** The largest file that is read: a certificate has some 2 kB. */
const MOST_BYTES = 64 * 1024;

async function readCertificateFile(file: File): Promise<string | undefined> {
  if (file.size > MOST_BYTES) return undefined;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  if (text.includes('-----BEGIN')) return text;
  return btoa(String.fromCharCode(...bytes));
}

/** A certificate, pasted as PEM or read from a file (PEM or DER). */
export function PemInput(props: {
  id: string;
  error: string | undefined;
  value: string;
  onChange: (certificate: string) => void;
}) {
  const { id, error, value, onChange } = props;
  const [fault, setFault] = useState<string>();
  async function take(file: File | null) {
    if (file === null) return;
    const read = await readCertificateFile(file);
    setFault(read === undefined ? `${file.name} is too large to be a certificate.` : undefined);
    if (read !== undefined) onChange(read);
  }
  return (
    <div>
      <Textarea
        id={id}
        label="Certificate"
        description="As PEM, or base64 of the DER. Never a private key."
        required
        withAsterisk={false}
        rows={7}
        maxLength={100_000}
        spellCheck={false}
        classNames={{ input: 'penstock-fingerprint' }}
        error={fault ?? error}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group gap="sm" mt="xs">
        <FileButton onChange={(file) => void take(file)} accept=".pem,.crt,.cer,.der">
          {(props) => (
            <Button size="xs" variant="default" {...props}>
              Read it from a file
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed">
          The file stays here until you register it.
        </Text>
      </Group>
    </div>
  );
}
