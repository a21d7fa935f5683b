import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { printJson } from '../local-files.ts';
import { askServer, asksServer, printTable, type ServerOptions, userOf } from '../server.ts';

// `penstock email`: the addresses of User IDs to which receipts and reports go by e-mail, with their certificates.

const PAGE = 200;

/** Whose an address is must be said: there is no default for where what is held is told. */
function needUser({ user }: ServerOptions): string {
  if (user !== undefined) return user;
  throw new LocalFailure(exitCode.usage, '--user is missing', 'Give --user with the User ID whose the address is.');
}

async function list(options: ServerOptions): Promise<number> {
  return askServer(options, async (client) => {
    const items = [];
    for (let cursor: string | undefined; ; ) {
      const page = await client.emailRecipients({
        ...userOf(options),
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      items.push(...page.items);
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    if (options.json) printJson({ items });
    else {
      const rows = items.map(({ userId, address, notAfter, revokedAt, fingerprint }) => [
        userId,
        address,
        revokedAt === undefined ? `until ${notAfter}` : `revoked ${revokedAt}`,
        fingerprint,
      ]);
      printTable(['User ID', 'address', 'certificate', 'SHA-256 of the certificate'], rows);
    }
    return 0;
  });
}

async function register(address: string, path: string, options: ServerOptions): Promise<number> {
  const userId = needUser(options);
  const certificate = readFileSync(path, 'latin1');
  return askServer(options, async (client) => {
    const { changed } = await client.postEmailRecipient({ userId, address, certificate });
    if (options.json) printJson({ changed });
    else console.log(changed ? `registered: ${address} for ${userId}` : 'nothing changed: it was registered before');
    return 0;
  });
}

async function revoke(fingerprint: string, options: ServerOptions): Promise<number> {
  const userId = needUser(options);
  return askServer(options, async (client) => {
    const { changed } = await client.revokeEmailRecipient({ userId, fingerprint });
    if (options.json) printJson({ changed });
    else console.log(changed ? 'revoked: nothing goes there any more by this certificate' : 'it was revoked before');
    return 0;
  });
}

/** `penstock email`. */
export function emailCommand(): Command {
  return localCommand('email')
    .description('addresses for receipts and reports by e-mail, with their certificates (docs/ways.md)')
    .addCommand(
      asksServer(
        localCommand('list').description('list the addresses of a User ID, or of all, for the Operator'),
      ).action((options: ServerOptions) => runLocally(() => list(options))),
    )
    .addCommand(
      asksServer(localCommand('register').description('register an address for --user; the Operator may'))
        .argument('<address>', 'the address')
        .argument('<recipient>', 'the certificate to which mails there are encrypted, in PEM or base64 of DER')
        .action((address: string, path: string, options: ServerOptions) =>
          runLocally(() => register(address, path, options)),
        ),
    )
    .addCommand(
      asksServer(localCommand('revoke').description('revoke an address of --user for good; the Operator may'))
        .argument('<fingerprint>', 'the SHA-256 of its certificate, as list prints it')
        .action((fingerprint: string, options: ServerOptions) => runLocally(() => revoke(fingerprint, options))),
    );
}
