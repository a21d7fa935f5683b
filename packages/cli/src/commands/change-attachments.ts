import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type AttachmentDocument, attachmentNameSchema, type PenstockClient } from '@penstock/api';
import type { Command } from 'commander';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { askServer, asksServer, type ServerOptions, tell } from '../server.ts';
import { partsOf } from './change-words.ts';

// The files of a change by `penstock change`. What a file is, the platform finds by its bytes; a file that comes back is written
// only when it is the one that was attached, and over no other.

const of = (name: string, description: string) =>
  asksServer(localCommand(name).description(description)).argument('<change>', 'which');
const WHICH = 'its name, or its id as `attachments` lists it';

function lineOf({
  attachment,
  name,
  type,
  bytes,
  version,
  attachedAt,
  attachedBy,
  ...one
}: AttachmentDocument): string {
  const by = attachedBy === undefined ? '' : ` by ${attachedBy}`;
  const removed = one.removedAt === undefined ? '' : `; removed ${partsOf(one.removedAt)}`;
  return `${attachment}  ${name}  ${type}, ${bytes} bytes, to version ${version}, ${partsOf(attachedAt)}${by}${removed}`;
}

async function attach(
  change: string,
  path: string,
  options: ServerOptions & { readonly name?: string },
): Promise<number> {
  if (!statSync(path).isFile()) {
    throw new LocalFailure(exitCode.input, `${path} is not a file`, 'Name one file; a change takes them one by one.');
  }
  return askServer(options, async ({ changes }) => {
    const name = options.name ?? basename(path);
    return tell(options, await changes.attach(change, { name }, createReadStream(path)), (made) => [lineOf(made)]);
  });
}

/** One that is there, by its name or its id. */
async function find(changes: PenstockClient['changes'], change: string, which: string): Promise<AttachmentDocument> {
  const { items } = await changes.attachments(change);
  const found = items.find((one) => one.removedAt === undefined && (one.attachment === which || one.name === which));
  if (found !== undefined) return found;
  const action = `Ask what there is: penstock change attachments ${change}`;
  throw new LocalFailure(exitCode.refused, `${which} is not attached to ${change}`, action);
}

async function save(
  change: string,
  which: string,
  options: ServerOptions & { readonly out?: string },
): Promise<number> {
  return askServer(options, async ({ changes }) => {
    const found = await find(changes, change, which);
    // the name is another's: nothing that is no plain name of a file becomes a path
    const out = options.out ?? attachmentNameSchema.parse(found.name);
    if (existsSync(out)) {
      throw new LocalFailure(exitCode.input, `${out} is there already`, 'Give another name with --out.');
    }
    const pieces: Buffer[] = [];
    for await (const piece of (await changes.attachmentFile(change, found.attachment)).bytes) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    if (createHash('sha256').update(bytes).digest('hex') !== found.sha256) {
      throw new LocalFailure(exitCode.faults, `${found.name} did not come whole`, 'Fetch it again.');
    }
    writeFileSync(out, bytes, { flag: 'wx' });
    return tell(options, { ...found, out }, () => [`${out}: ${found.bytes} bytes, SHA-256 ${found.sha256}`]);
  });
}

async function detach(change: string, which: string, options: ServerOptions): Promise<number> {
  return askServer(options, async ({ changes }) => {
    const { attachment, name } = await find(changes, change, which);
    return tell(options, await changes.removeAttachment(change, attachment), () => [`${name}: removed`]);
  });
}

/** The subcommands for the files of a change. */
export function attachmentCommands(): Command[] {
  return [
    of('attachments', 'the files that are attached to it').action((change: string, options: ServerOptions) =>
      runLocally(() =>
        askServer(options, async ({ changes }) =>
          tell(options, await changes.attachments(change), ({ items }) =>
            items.length === 0 ? ['Nothing is attached.'] : items.map(lineOf),
          ),
        ),
      ),
    ),
    of('attach', 'attach a file to a change of one’s own: PDF, PNG, JPEG, text, CSV, docx or xlsx, of 10 MB at most')
      .argument('<file>', 'the file')
      .option('--name <name>', 'what it is called; its own name without')
      .action((change: string, path: string, options: ServerOptions & { readonly name?: string }) =>
        runLocally(() => attach(change, path, options)),
      ),
    of('attachment', 'fetch a file that is attached to it; no file is written over')
      .argument('<which>', WHICH)
      .option('--out <file>', 'where to; by its own name without')
      .action((change: string, which: string, options: ServerOptions & { readonly out?: string }) =>
        runLocally(() => save(change, which, options)),
      ),
    of('detach', 'remove a file from a change of one’s own: its bytes are gone then')
      .argument('<which>', WHICH)
      .action((change: string, which: string, options: ServerOptions) =>
        runLocally(() => detach(change, which, options)),
      ),
  ];
}
