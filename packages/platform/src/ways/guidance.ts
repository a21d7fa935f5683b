// How to deliver, step by step, for the ways that are on: made from what the settings say and how each way is used, so
// that no name, port or limit in it is another than the real one. Pure.
import { type GuidanceSection, type PlannedUses, wayNames } from '@penstock/api';
import { begin, nameOfWay, type Way } from './standing.ts';

/** What the settings say of each way that they have; kept in the database, so every process tells the same. */
export interface SetUps {
  readonly https: {
    /** Of the portal. */
    readonly portal: string;
    /** Of the API, for machines. */
    readonly api: string;
    readonly mostBytes: number;
  };
  readonly sftp?: {
    readonly host: string;
    readonly port: number;
    /** As OpenSSH prints it. */
    readonly fingerprint: string;
    /** The line of known_hosts without the host. */
    readonly hostKey: string;
    readonly mostBytes: number;
  };
  readonly email?: {
    /** To which mails go. */
    readonly address: string;
    /** SHA-256 of the certificate to which they are encrypted, hex. */
    readonly fingerprint: string;
    /** Of a mail. */
    readonly mostBytes: number;
  };
  readonly sharepoint?: {
    /** At the top of the document library. */
    readonly rootFolder: string;
    readonly mostBytes: number;
  };
}

/** Stands for the User ID of whoever reads. */
const USER_ID = '{userId}';
export const NO_USER_ID = 'YOUR-USER-ID';

type Parts = Pick<GuidanceSection, 'facts' | 'steps' | 'limits'>;

const sign = {
  text: 'An authorised responsible officer checks and signs the file where the key is. The key never leaves that machine.',
  commands: `penstock adt check thresholds.csv
penstock adt sign thresholds.csv --key officer.key --certificate officer.pem`,
};

/** '512 MB': whole megabytes, or what is less in kB. */
function bytesWords(bytes: number): string {
  const megabytes = Math.floor(bytes / 1024 ** 2);
  return megabytes > 0 ? `${megabytes.toLocaleString('en-GB')} MB` : `${Math.floor(bytes / 1024)} kB`;
}

function ofHttps({ portal, api, mostBytes }: SetUps['https']): Parts {
  return {
    facts: [
      { name: 'Portal, for people', value: `${portal}/submissions/deliver` },
      { name: 'API, for machines', value: `${api}/api/v1/submissions` },
    ],
    steps: [
      sign,
      {
        text: `People open "Signed files" in the portal, choose "Check and deliver a file", and drop the file and its signature there.`,
      },
      {
        text: 'Machines send both in one call, with the registered client certificate, by penstock or any client of HTTPS.',
        commands: `curl --cert machine.pem --key machine.key --cacert operator-ca.pem \\
  -F file=@thresholds.csv -F signature=@thresholds.csv.p7s \\
  '${api}/api/v1/submissions?userId=${USER_ID}'`,
      },
      {
        text: 'The answer has the SHA-256 of the file. What became of it is under that name in the portal and the API.',
      },
    ],
    limits: [`A file has ${bytesWords(mostBytes)} at most.`, 'One file of a User ID is taken in at a time.'],
  };
}

function ofSftp({ host, port, fingerprint, hostKey, mostBytes }: NonNullable<SetUps['sftp']>): Parts {
  const known = port === 22 ? host : `[${host}]:${port}`;
  return {
    facts: [
      { name: 'Host', value: host },
      { name: 'Port', value: String(port) },
      { name: 'Name to sign in with', value: USER_ID },
      { name: 'Fingerprint of the host key', value: fingerprint },
    ],
    steps: [
      {
        text: 'Once: make a key for the machine, and have the Operator register the line of its .pub file under your User ID.',
        commands: 'ssh-keygen -t ed25519 -N "" -f penstock-key',
      },
      { text: 'Once: let the machine know the server.', commands: `echo '${known} ${hostKey}' >> ~/.ssh/known_hosts` },
      sign,
      {
        text: 'Put the file and its signature into the folder incoming; the signature of another officer beside them, as thresholds.csv.2.p7s. When they are whole, they are taken in by themselves.',
        commands: `sftp -i penstock-key -P ${port} ${USER_ID}@${host} <<'END'
put thresholds.csv incoming/
put thresholds.csv.p7s incoming/
END`,
      },
      { text: 'What became of it lies in the folder receipts; reports of what is held lie in the folder reports.' },
    ],
    limits: [
      `A file has ${bytesWords(mostBytes)} at most; the folder incoming has 200 files.`,
      'A name has letters, digits, ".", "_", "-" and blanks, and does not begin with a dot.',
      'Eight connections of a User ID at a time.',
    ],
  };
}

function ofEmail({ address, fingerprint, mostBytes }: NonNullable<SetUps['email']>, api: string | undefined): Parts {
  return {
    facts: [
      { name: 'Address', value: address },
      { name: 'Subject of the mail', value: USER_ID },
      { name: 'SHA-256 of the certificate to encrypt to', value: fingerprint },
    ],
    steps: [
      {
        text: 'Once: have the Operator register your own address and your certificate for encryption. Receipts, reports and word of outages go there, and nowhere else.',
      },
      {
        text: 'Once: fetch the Operator’s certificate, and compare its fingerprint with the one above.',
        commands: `curl --cert machine.pem --key machine.key --cacert operator-ca.pem '${api}/api/v1/email' | jq -r .certificate > operator.pem
openssl x509 -in operator.pem -noout -fingerprint -sha256`,
      },
      sign,
      {
        text: 'By a mail program: attach the file and its signature, nothing else; encrypt the mail (S/MIME) to that certificate; do not have the program sign it.',
      },
      { text: 'Or by openssl: put both into one message, encrypt it, and send it.', commands: mailCommands(address) },
      {
        text: 'The mail server’s answer has the SHA-256 of the file. A mail that is not taken comes back from your own mail server with the reason.',
      },
    ],
    limits: [
      `A mail has ${bytesWords(mostBytes)} at most; a file takes nearly twice its size in it.`,
      'One file with its signature in a mail. Nothing that is not encrypted is taken.',
    ],
  };
}

function ofSharePoint({ rootFolder, mostBytes }: NonNullable<SetUps['sharepoint']>): Parts {
  const folder = `${rootFolder}/${USER_ID}`;
  return {
    facts: [
      { name: 'Library', value: 'The document library that the Operator gave you access to' },
      { name: 'Folder for files', value: `${folder}/incoming` },
      { name: 'Folder of receipts', value: `${folder}/receipts` },
      { name: 'Folder of reports', value: `${folder}/reports` },
    ],
    steps: [
      {
        text: 'Once: tell the Operator which accounts of your organisation may open your folder. Nobody else of the Users can.',
      },
      sign,
      {
        text: 'Put the file and its signature, which has the name of the file with .p7s behind it, into the folder incoming; the signature of another officer beside them, as thresholds.csv.2.p7s.',
      },
      {
        text: 'When both have lain there unchanged for two looks, within about a minute, they are taken in and go from the folder.',
      },
      {
        text: 'What became of it lies in the folder receipts; reports of what is held lie in the folder reports. Do not rename or move the folders.',
      },
    ],
    limits: [
      `A file has ${bytesWords(mostBytes)} at most.`,
      'A name has letters, digits, ".", "_", "-" and blanks, and does not begin with a dot.',
      'A signature that was refused is not used again: put it anew.',
    ],
  };
}

/** The message is what stands in docs/ways.md, where a test runs it. */
function mailCommands(address: string): string {
  return `part() {
  printf '%s\\n' --parts 'Content-Type: application/octet-stream' 'Content-Transfer-Encoding: base64'
  printf 'Content-Disposition: attachment; filename="%s"\\n\\n' "$1"
  base64 "$1"
}
{
  printf 'Content-Type: multipart/mixed; boundary=parts\\n\\n'
  part thresholds.csv
  part thresholds.csv.p7s
  printf '%s\\n' --parts--
} > message
openssl cms -encrypt -aes-256-gcm -in message -out mail.eml -from officer@user.example -to ${address} \\
  -subject ${USER_ID} operator.pem
curl --ssl-reqd --crlf --url smtp://mail.user.example:587 --user officer \\
  --mail-from officer@user.example --mail-rcpt ${address} --upload-file mail.eml`;
}

function partsOf(way: Way, setUps: Partial<SetUps>): Parts | undefined {
  if (way === 'https') return setUps.https && ofHttps(setUps.https);
  if (way === 'sftp') return setUps.sftp && ofSftp(setUps.sftp);
  if (way === 'email') return setUps.email && ofEmail(setUps.email, setUps.https?.api);
  if (way === 'sharepoint') return setUps.sharepoint && ofSharePoint(setUps.sharepoint);
  return undefined;
}

const rank = { preferred: 0, allowed: 1, fallback: 2, off: 3 } as const;

/** Of the ways that are on and set up, the preferred one first. */
export function guidanceOf(uses: PlannedUses, setUps: Partial<SetUps>): GuidanceSection[] {
  return wayNames
    .flatMap((way) => {
      const parts = uses[way].use === 'off' ? undefined : partsOf(way, setUps);
      return parts === undefined ? [] : [{ way, name: begin(nameOfWay[way]), use: uses[way].use, ...parts }];
    })
    .sort((one, other) => rank[one.use] - rank[other.use]);
}

/** The sections with a User ID in its places. */
export function withUserId(sections: readonly GuidanceSection[], userId: string | undefined): GuidanceSection[] {
  return JSON.parse(JSON.stringify(sections).replaceAll(USER_ID, userId ?? NO_USER_ID)) as GuidanceSection[];
}
