import { Text } from '@mantine/core';
import type { SubmissionDocument } from '@penstock/api/schemas';
import { Commands } from '../shared/commands.tsx';

type Kind = NonNullable<SubmissionDocument['kind']>;

const commands: Readonly<Record<Kind, string>> = { adt: 'adt', actions: 'quarantine', limits: 'limits' };

/** A name as a shell takes it. */
const quoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);

/** How an officer signs a file, on a machine that has the key. */
export function SignHelp({ kind, name, then }: { kind: Kind; name: string; then: string }) {
  const file = quoted(name);
  const openssl = `openssl cms -sign -binary -outform DER -md sha256 \\
  -signer officer.pem -inkey officer.key -in ${file} -out ${quoted(`${name}.p7s`)}`;
  const penstock = `penstock ${commands[kind]} sign ${file} --key officer.key --certificate officer.pem`;
  return (
    <div>
      <Text size="sm">An officer signs it where the key is, by one of these; then {then}:</Text>
      <Commands text={openssl} label="With openssl" />
      <Commands text={penstock} label="With penstock" />
    </div>
  );
}
