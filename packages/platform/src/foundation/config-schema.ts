import { isIP } from 'node:net';
import { z } from 'zod';
import { logLevels } from './log.ts';

// The settings, each with its default and a description: docs/configuration.md is written from here. A setting
// `tlsKeyFile` of the section `gateway` is `gateway.tls_key_file` in penstock.toml and
// PENSTOCK_GATEWAY_TLS_KEY_FILE in the environment.

/** A path; relative to the folder of the file that says it, or to the working folder when the environment does. */
const path = () => z.string().min(1).meta({ path: true });
const port = (usual: number) => z.int().min(0).max(65_535).default(usual);
const seconds = (usual: number) => z.number().positive().max(86_400).default(usual);
const days = (usual: number) => z.int().min(1).max(3_660).default(usual);
/** Three months, which the Smart Energy Code asks for. Thresholds count up to 31 days back in the record, which is less. */
const LEAST_RECORD_DAYS = 92;
const mailAddress = () =>
  z
    .string()
    .max(254)
    .regex(
      /^[A-Za-z0-9._+-]{1,64}@([A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}$/,
      'must be an address such as files@penstock.example',
    );
const eui = () =>
  z
    .string()
    .regex(/^([0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}$/, 'must be an EUI-64 such as 90-B3-D5-1F-30-00-00-02')
    .toUpperCase();

const logSection = z.strictObject({
  level: z.enum(logLevels).default('info').describe('The least grave level of line that is written.'),
});

const databaseSection = z.strictObject({
  url: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .refine((url) => URL.canParse(url), 'must be an address: postgres://ROLE:PASSWORD@HOST:PORT/DATABASE')
    .optional()
    .meta({ secret: true })
    .describe(
      'Address of the PostgreSQL database (15 or later), whose role owns it, may create roles and is no superuser. Without it the platform runs a PostgreSQL of its own in the data folder.',
    ),
  poolSize: z
    .int()
    .min(8)
    .max(500)
    .default(10)
    .describe(
      'Most connections that one process of the gateway opens, and the process beside them as many again; four tenths, but at least 3, are for delivery, and 2 for the API; each opens 2 more while reports are made. The process that carries decisions out opens 10 more, and 2 each for SFTP and SharePoint.',
    ),
  partitionDaysAhead: z
    .int()
    .min(1)
    .max(60)
    .default(3)
    .describe('Days after today for which partitions are made ahead.'),
});

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Whether only this machine reaches what listens on a host. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/** An address, or a range of them as CIDR writes it; never everybody. */
function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

const httpSection = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('localhost')
    .describe(
      'Where the REST API and the portal listen; `localhost` is both loopback addresses. Any other needs `http.public_address`.',
    ),
  port: port(8080).describe('Port of the REST API and the portal; 0 takes any free one.'),
  publicAddress: z
    .string()
    .regex(/^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/, 'must be an address without a path, such as https://portal.example')
    .optional()
    .describe(
      'Address under which people reach the portal, when a proxy with TLS stands in front of it. Calls of people that change something must come from its pages.',
    ),
  trustedProxies: z
    .array(z.string().refine(isAddressRange, 'must be addresses or ranges such as 10.0.0.5 or 10.0.0.0/24'))
    .default([])
    .describe(
      'Addresses, or ranges (CIDR), of the proxies in front of the portal: the last entry of `X-Forwarded-For` that is none of these is then the address of a person. Of anybody else that header counts for nothing.',
    ),
});

const gatewaySection = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Where the gateway listens.'),
  port: port(8443).describe('Port of the gateway (TLS); 0 takes any free one.'),
  publicAddress: z
    .string()
    .regex(
      /^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/,
      'must be an address without a path, such as https://gateway.example:8443',
    )
    .optional()
    .describe(
      "Address under which Users' machines reach the gateway, where it is another; guidance for Users says it.",
    ),
  processes: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe(
      "Processes that take messages in; when nothing is said, three quarters of the machine's processors, at least 1 and at most 8. With 1 the platform is one process.",
    ),
  tlsKeyFile: path().optional().describe("PEM file with the private key of the gateway's TLS certificate."),
  tlsCertificateFile: path().optional().describe("PEM file with the gateway's TLS certificate and its chain."),
  mutualTls: z
    .enum(['required', 'optional'])
    .default('optional')
    .describe(
      'Whether a User that sends a message must show a registered client certificate. Everything but sending a message needs one in any case.',
    ),
  maxMessageBytes: z
    .int()
    .min(1_024)
    .max(256 * 1024 * 1024)
    .default(16 * 1024 * 1024)
    .describe('Largest message in bytes; firmware images make messages of up to 13.7 MB.'),
  headerTimeoutSeconds: seconds(10).describe('A request whose headers have not arrived after this time is ended.'),
  bodyTimeoutSeconds: seconds(60).describe('A request that has not arrived whole after this time is ended.'),
  maxWaitingMessages: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(2_000)
    .describe('Messages that may wait for the database in one process; above it the answer is 503 with Retry-After.'),
});

const messagesSection = z.strictObject({
  lanes: z
    .int()
    .min(1)
    .max(1_024)
    .default(1)
    .describe(
      'Lanes that the recording of messages is divided into; one for one server. Raising it spreads the Users that are registered later; lowering it takes none away.',
    ),
  replayHorizonDays: days(2).describe(
    'Days for which every RequestID is remembered; before them, counters must rise above the highest one seen.',
  ),
  streamDays: days(2).describe(
    'Days for which messages stay on their streams after they were recorded; those that nobody took stay longer.',
  ),
  logDays: z
    .int()
    .min(LEAST_RECORD_DAYS, `must be at least ${LEAST_RECORD_DAYS}: a User's record is kept for three months`)
    .max(3_660)
    .default(LEAST_RECORD_DAYS)
    .describe(
      `Days for which the audit record is kept; the Smart Energy Code asks for three months, so not below ${LEAST_RECORD_DAYS}.`,
    ),
});

const operatorSection = z.strictObject({
  userId: eui()
    .default('90-B3-D5-1F-30-00-00-02')
    .describe("The Operator's own User ID, the target of requests that go to no device."),
  signingKeyFile: path()
    .optional()
    .describe('PEM file with the private key (P-256) by which the Operator signs alerts about held messages.'),
  signingCertificateFile: path()
    .optional()
    .describe('PEM file with the certificate of that key, registered for signing under operator.user_id.'),
  quarantineAlertCode: z
    .string()
    .regex(/^(AD1|N[0-9]{1,3})$/, 'must be a DCC Alert code')
    .default('N999')
    .describe('DCC Alert code of the alerts about held messages; which one stands for them is not public.'),
  desk: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, 'must be one line of text')
    .optional()
    .describe("How the Operator's service desk is reached; shown wherever people are told whom to call."),
});

const peopleSection = z.strictObject({
  firstAdministrator: z
    .email()
    .max(200)
    .toLowerCase()
    .optional()
    .describe(
      'E-mail address of the first administrator of the Operator. While there is none, a start puts the link by which it comes in into `first-administrator.txt` of the data folder.',
    ),
  identityProvidersFile: path()
    .optional()
    .describe(
      'TOML file with the OpenID Connect providers of organisations, for whom each speaks, and where its client secret is: docs/people.md tells its form.',
    ),
});

const duisSection = z.strictObject({
  schemaFolder: path()
    .optional()
    .describe(
      'Folder with the official DUIS schema files. With it, every message is also validated against the schema, which costs much of the throughput.',
    ),
});

const deliverySection = z.strictObject({
  pushTimeoutSeconds: seconds(10).describe(
    "A User's receive service that has not answered after this time has failed.",
  ),
  retryWithinSeconds: seconds(300).describe('Longest pause before a message that was not taken is pushed again.'),
  pushAuthoritiesFile: path()
    .optional()
    .describe(
      "PEM file with the authorities that sign the certificates of Users' receive services; without it those that Node trusts.",
    ),
  pushKeyFile: path()
    .optional()
    .describe('PEM file with the private key of the certificate that receive services are shown.'),
  pushCertificateFile: path()
    .optional()
    .describe('PEM file with the client certificate, and its chain, that receive services are shown.'),
  holdDays: days(2).describe('Days for which what a User does not take is held; then a service event is raised.'),
});

const filesSection = z.strictObject({
  trustAnchors: path()
    .optional()
    .describe(
      'PEM file, or folder of PEM files, with the authorities that issue File Signing certificates; without it no signed file is taken. Read again when it changes.',
    ),
  revocationLists: path()
    .optional()
    .describe(
      'PEM file, or folder, with the revocation lists (CRLs) of those authorities. Read again when it changes.',
    ),
  revocation: z
    .enum(['required', 'none'])
    .default('required')
    .describe(
      "Whether a revocation list in force is needed of each authority above a signer; `none` looks at nobody's revocation.",
    ),
  maxBytes: z
    .int()
    .min(1_024)
    .max(1024 * 1024 * 1024)
    .default(512 * 1024 * 1024)
    .describe('Largest signed file in bytes.'),
  maxUserBytes: z
    .int()
    .min(1_024)
    .max(1024 ** 5)
    .default(16 * 1024 ** 3)
    .describe('Bytes of signed files that are kept for a User ID; more are refused until the Operator raises it.'),
  unsignedDays: z
    .int()
    .min(0)
    .max(366)
    .default(30)
    .describe('Days for which the bytes of a file are kept that no officer signed; 0: only its hash is.'),
  maxUnsignedBytes: z
    .int()
    .min(0)
    .max(1024 ** 4)
    .default(64 * 1024 ** 2)
    .describe('Bytes of such files that are kept for a User ID; of a file that does not fit only its hash is.'),
  signatureDays: days(14).describe(
    'Days for which the signature of an officer counts; a file that waits for a second officer for longer is refused.',
  ),
});

const exportsSection = z.strictObject({
  keepDays: days(7).describe('Days for which the file of an export is kept after it was made.'),
  maxUserBytes: z
    .int()
    .min(1024 ** 2)
    .max(1024 ** 5)
    .default(4 * 1024 ** 3)
    .describe('Bytes of exports that are kept for a User ID, compressed: some 50 a message.'),
});

const webhooksSection = z.strictObject({
  allowedNetworks: z
    .array(z.string())
    .default([])
    .describe(
      'Networks inside, such as 10.1.0.0/16, to which webhooks of Users may go; without it only addresses that everybody reaches. To IP addresses in them http is allowed, too.',
    ),
});

const sftpSection = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Where the SFTP server listens.'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'Port of the SFTP server for signed files, receipts and reports; without it there is none. 0 takes any free one.',
    ),
  publicAddress: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d{1,5})?$/, 'must be a host, with its port where that is not 22: sftp.example:2022')
    .optional()
    .describe(
      'Host and port under which Users reach the SFTP server, where they are others; guidance for Users says it.',
    ),
  hostKeyFile: path()
    .optional()
    .describe(
      'File with the private key by which clients know the SFTP server; without it one is made in the data folder. Platforms behind one address need the same.',
    ),
});

const emailSection = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Where the SMTP server listens.'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'Port of the SMTP server for signed files; without it there is none, and no mail goes out. 0 takes any free one. It takes mails only while e-mail is open: docs/ways.md.',
    ),
  address: mailAddress()
    .optional()
    .describe('The one address to which mails are taken, and from which receipts and reports come.'),
  tlsKeyFile: path().optional().describe("PEM file with the private key of the SMTP server's TLS certificate."),
  tlsCertificateFile: path().optional().describe('PEM file with that certificate and its chain.'),
  keyFile: path()
    .optional()
    .describe('PEM file with the private key (P-256, P-384, or RSA of 2048 bits or more) by which mails are opened.'),
  certificateFile: path()
    .optional()
    .describe('PEM file with the certificate of that key, to which officers encrypt; it is published in the API.'),
  maxBytes: z
    .int()
    .min(64 * 1024)
    .max(256 * 1024 * 1024)
    .default(32 * 1024 * 1024)
    .describe('Largest mail in bytes, either way; a file takes nearly twice its size.'),
  relay: z
    .string()
    .regex(
      /^smtps?:\/\/[^/\s]+$/,
      'must be smtp://HOST:PORT or smtps://HOST:PORT, with USER:PASSWORD@ where it asks for them',
    )
    .refine((url) => URL.canParse(url), 'must be an address: smtp://USER:PASSWORD@HOST:PORT')
    .optional()
    .meta({ secret: true })
    .describe(
      'The mail server that passes on what goes out; `smtp` begins TLS by STARTTLS and sends nothing without it. Without a relay nothing goes out: receipts are in the API.',
    ),
  relayAuthoritiesFile: path()
    .optional()
    .describe("PEM file with the authorities that sign the relay's certificate; without it those that Node trusts."),
});

/** An origin with TLS; without it this machine's own alone. */
const origin = (usual: string) =>
  z
    .string()
    .refine((text) => {
      if (!URL.canParse(text)) return false;
      const { protocol, hostname, origin } = new URL(text);
      return origin === text && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)));
    }, 'must be an origin such as https://graph.microsoft.com, without a path; http:// leads to this machine alone')
    .default(usual);

const sharepointSection = z.strictObject({
  tenantId: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}$/, 'must be the id or a domain of the tenant')
    .optional()
    .describe(
      'Tenant of the document library, as its id or a domain; with it SharePoint is a way for signed files, without it it is not. Not tried on a tenant: docs/ways.md.',
    ),
  clientId: z
    .string()
    .regex(/^[0-9A-Fa-f-]{36}$/, 'must be the application (client) id')
    .optional()
    .describe('Application id of the app registration of the platform.'),
  clientSecret: z
    .string()
    .min(8)
    .optional()
    .meta({ secret: true })
    .describe('Secret of the app registration; a certificate is better.'),
  clientKeyFile: path()
    .optional()
    .describe('PEM file with the private key (RSA) of the certificate of the app registration.'),
  clientCertificateFile: path().optional().describe('PEM file with that certificate.'),
  driveId: z
    .string()
    .regex(/^[A-Za-z0-9!_-]{1,200}$/, 'must be the id of a drive, such as b!...')
    .optional()
    .describe('Id of the document library (drive).'),
  rootFolder: z
    .string()
    .regex(/^[A-Za-z0-9_]([A-Za-z0-9 ._-]{0,98}[A-Za-z0-9_-])?$/, 'must be the name of one folder')
    .default('Penstock')
    .describe(
      "Folder at the top of the library in which Users' folders are made; it must be there, closed to all but the Operator and the app.",
    ),
  pollSeconds: z
    .number()
    .min(1)
    .max(3_600)
    .default(30)
    .describe('Pause between two looks at what changed in the library.'),
  graphOrigin: origin('https://graph.microsoft.com').describe('Where Microsoft Graph is: national clouds, tests.'),
  loginOrigin: origin('https://login.microsoftonline.com').describe(
    'Where tokens are asked for: national clouds, tests.',
  ),
});

const quarantineSection = z.strictObject({
  expireDays: z
    .int()
    .min(1)
    .max(3_660)
    .optional()
    .describe(
      'Days after which a held message that nobody decided on is decided to be deleted; it is never released by that. Without it held messages wait for ever.',
    ),
  releaseRate: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'Messages a second that a release begins with where its delivery names no rate; both may change it. Without it a release goes as fast as it can.',
    ),
});

export const settingsSchema = z.strictObject({
  dataFolder: path()
    .default('data')
    .describe('Folder of all that the platform keeps by itself: its own PostgreSQL and what it generates.'),
  log: logSection.prefault({}),
  database: databaseSection.prefault({}),
  http: httpSection.prefault({}),
  gateway: gatewaySection.prefault({}),
  messages: messagesSection.prefault({}),
  operator: operatorSection.prefault({}),
  people: peopleSection.prefault({}),
  duis: duisSection.prefault({}),
  delivery: deliverySection.prefault({}),
  files: filesSection.prefault({}),
  exports: exportsSection.prefault({}),
  webhooks: webhooksSection.prefault({}),
  sftp: sftpSection.prefault({}),
  email: emailSection.prefault({}),
  sharepoint: sharepointSection.prefault({}),
  quarantine: quarantineSection.prefault({}),
});

/** Rules between settings; each names the setting that breaks it. */
export const configSchema = settingsSchema.superRefine((config, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const { host, publicAddress, trustedProxies } = config.http;
  if (publicAddress === undefined && (!isLoopback(host) || trustedProxies.length > 0)) {
    refuse(
      ['http', 'publicAddress'],
      'is needed when http.host is not loopback or http.trusted_proxies names a proxy: passwords and sessions do not go over a network without TLS. Name the address of the proxy that has it, or listen on localhost',
    );
  }
  const pairs = [
    [
      config.operator.signingKeyFile,
      config.operator.signingCertificateFile,
      'operator',
      'signingKeyFile',
      'signingCertificateFile',
    ],
    [config.gateway.tlsKeyFile, config.gateway.tlsCertificateFile, 'gateway', 'tlsKeyFile', 'tlsCertificateFile'],
    [
      config.delivery.pushKeyFile,
      config.delivery.pushCertificateFile,
      'delivery',
      'pushKeyFile',
      'pushCertificateFile',
    ],
    [config.email.tlsKeyFile, config.email.tlsCertificateFile, 'email', 'tlsKeyFile', 'tlsCertificateFile'],
    [config.email.keyFile, config.email.certificateFile, 'email', 'keyFile', 'certificateFile'],
    [
      config.sharepoint.clientKeyFile,
      config.sharepoint.clientCertificateFile,
      'sharepoint',
      'clientKeyFile',
      'clientCertificateFile',
    ],
  ] as const;
  for (const [key, certificate, section, keyName, certificateName] of pairs) {
    if (key !== undefined && certificate === undefined) refuse([section, certificateName], 'is needed beside the key');
    if (key === undefined && certificate !== undefined) refuse([section, keyName], 'is needed beside the certificate');
  }
  for (const name of ['address', 'tlsKeyFile', 'keyFile'] as const) {
    if (config.email.port !== undefined && config.email[name] === undefined) {
      refuse(['email', name], 'is needed where email.port is set');
    }
  }
  const { tenantId, clientId, driveId, clientSecret, clientKeyFile } = config.sharepoint;
  if (tenantId !== undefined) {
    if (clientId === undefined) refuse(['sharepoint', 'clientId'], 'is needed beside sharepoint.tenant_id');
    if (driveId === undefined) refuse(['sharepoint', 'driveId'], 'is needed beside sharepoint.tenant_id');
    if ((clientSecret === undefined) === (clientKeyFile === undefined)) {
      refuse(
        ['sharepoint', 'clientKeyFile'],
        'or sharepoint.client_secret is needed beside sharepoint.tenant_id, not both',
      );
    }
  }
  if (config.messages.streamDays < config.delivery.holdDays) {
    refuse(['messages', 'streamDays'], `must not be less than delivery.hold_days (${config.delivery.holdDays})`);
  }
  if (
    config.messages.logDays < config.messages.streamDays ||
    config.messages.logDays < config.messages.replayHorizonDays
  ) {
    refuse(['messages', 'logDays'], 'must not be less than messages.stream_days and messages.replay_horizon_days');
  }
});

/** The whole configuration; paths are absolute. */
export type Config = z.infer<typeof settingsSchema>;
