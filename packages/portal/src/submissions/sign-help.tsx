import { Text } from '@mantine/core';
import type { SubmissionDocument } from '@penstock/api/schemas';
import { useSession } from '../session/me.ts';
import { Commands } from '../shared/commands.tsx';

type Kind = NonNullable<SubmissionDocument['kind']>;

const commands: Readonly<Record<Kind, string>> = { adt: 'adt', actions: 'quarantine', limits: 'limits' };

/** A name as a shell takes it. */
const quoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);

/** Where the demonstration keeps the keys of a User's first officer, from its own folder. */
const demonstrationKeys = (userId: string): string => `data/demo/pki/officers/${userId.replaceAll('-', '')}-1`;

/** How an officer signs a file, on a machine that has the key. */
export function SignHelp({ kind, name, then }: { kind: Kind; name: string; then: string }) {
  const { me, acting } = useSession();
  const isDemonstration = me.isDemonstration && me.acting.kind === 'user';
  const keys = isDemonstration ? demonstrationKeys(acting) : 'officer';
  const file = quoted(name);
  const openssl = `openssl cms -sign -binary -outform DER -md sha256 \\
  -signer ${keys}.pem -inkey ${keys}.key -in ${file} -out ${quoted(`${name}.p7s`)}`;
  const command = isDemonstration ? 'node bin/penstock.cjs' : 'penstock';
  const penstock = `${command} ${commands[kind]} sign ${file} --key ${keys}.key --certificate ${keys}.pem`;
  return (
    <div>
      <Text size="sm">
        {isDemonstration
          ? 'The demonstration has the officer’s key: move the file into the folder that it was started in, sign it there by one of these, then '
          : 'An officer signs it where the key is, by one of these; then '}
        {then}:
      </Text>
      <Commands text={openssl} label="With openssl" />
      <Commands text={penstock} label="With penstock" />
    </div>
  );
}
