// The files that are attached to a change: kept with who attached and removed them, at which version.
//
// What always holds: who sees the whole of a change sees what is attached to it, and nobody else; a file is one of those whose
// kind its bytes show; of one that was removed the bytes are gone.
import { createHash, randomUUID } from 'node:crypto';
import { type AttachmentDocument, type AttachmentType, MOST_ATTACHMENT_BYTES, MOST_ATTACHMENTS } from '@penstock/api';
import type pg from 'pg';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { attachmentTypeOf } from './attachment-type.ts';
import { type Kept, reading } from './changes-store.ts';
import type { Asked, ChangeParts } from './parts.ts';
import { requireSeenWhole } from './seen-store.ts';
import { isOver } from './states.ts';
import { recordUses } from './uses-store.ts';

/** Of all changes of a User ID, in bytes. */
export const MOST_KEPT_BYTES = 200_000_000;
/** Of one change, with those that were removed. */
const MOST_EVER = 200;
const CHUNK_BYTES = 512 * 1024;

interface Row {
  readonly attachment: string;
  readonly name: string;
  readonly type: AttachmentType;
  readonly bytes: number;
  readonly sha256: string;
  readonly version: number;
  readonly attached_at: Date;
  readonly attached_by: string;
  readonly removed_at: Date | null;
  readonly removed_by: string | null;
}
const COLUMNS = `a.attachment, a.name, a.type, a.bytes, encode(a.sha256, 'hex') as sha256, a.version, a.attached_at, a.attached_by,
                 a.removed_at, a.removed_by`;

function toDocument(row: Row, viewer: Viewer, isInside: boolean): AttachmentDocument {
  const { attached_at: at, attached_by: by, removed_at: removedAt, removed_by: removedBy } = row;
  return {
    attachment: row.attachment,
    name: row.name,
    type: row.type,
    bytes: row.bytes,
    sha256: row.sha256,
    version: row.version,
    attachedAt: at.toISOString(),
    ...(isInside ? { attachedBy: shownAuthor(viewer, by) } : {}),
    ...(removedAt === null ? {} : { removedAt: removedAt.toISOString() }),
    ...(removedBy === null ? {} : { removedBy: shownAuthor(viewer, removedBy) }),
  };
}

/** @throws PenstockError 'request.not-found' */
export async function listAttachments(
  parts: ChangeParts,
  viewer: Viewer,
  change: string,
): Promise<{ items: AttachmentDocument[] }> {
  const { kept, isOwn, isInside } = await requireSeenWhole(parts, viewer, change);
  await recordUses(parts, viewer, { changes: [change], purpose: 'attachment' });
  const { rows } = await reading(parts, viewer, (client) =>
    client.query<Row>(
      `select ${COLUMNS} from change_attachment a
       where a.user_id = $1 and a.change = $2 and (a.removed_at is null or $3 or $4 and a.removed_from <> 'draft')
       order by a.removed_at is not null, a.attached_at, a.attachment`,
      [kept.owner.userId, change, isOwn, isInside],
    ),
  );
  return { items: rows.map((row) => toDocument(row, viewer, isInside)) };
}

const nothing = () => new PenstockError('request.not-found', { detail: 'there is no such attachment' });

/** One that is there, with its bytes as they are asked for. @throws PenstockError 'request.not-found' */
export async function openAttachment(
  parts: ChangeParts,
  viewer: Viewer,
  { change, attachment }: { readonly change: string; readonly attachment: string },
): Promise<AttachmentDocument & { readonly content: AsyncIterable<Buffer> }> {
  const { kept, isInside } = await requireSeenWhole(parts, viewer, change);
  const key = [kept.owner.userId, change, attachment];
  const { rows } = await reading(parts, viewer, (client) =>
    client.query<Row>(
      `select ${COLUMNS} from change_attachment a
       where a.user_id = $1 and a.change = $2 and a.attachment = $3 and a.removed_at is null`,
      key,
    ),
  );
  const [row] = rows;
  if (row === undefined) throw nothing();
  await recordUses(parts, viewer, { changes: [change], purpose: 'attachment' });
  return { ...toDocument(row, viewer, isInside), content: chunksOf(parts, viewer, key, row.bytes) };
}

/** A transaction a chunk: whoever reads slowly holds none. */
async function* chunksOf(parts: ChangeParts, viewer: Viewer, key: string[], bytes: number): AsyncGenerator<Buffer> {
  for (let number = 0, at = 0; at < bytes; number++) {
    const { rows } = await reading(parts, viewer, (client) =>
      client.query<{ bytes: Buffer }>(
        `select bytes from change_attachment_chunk
         where user_id = $1 and change = $2 and attachment = $3 and number = $4`,
        [...key, number],
      ),
    );
    // removed, or shared no more: the answer breaks off, which its length tells
    if (rows[0] === undefined) throw nothing();
    at += rows[0].bytes.length;
    yield rows[0].bytes;
  }
}

/** A change whose attachments its owner changes, as it stands until the transaction ends. */
async function lockOwn(parts: ChangeParts, viewer: Viewer, client: pg.PoolClient, change: string): Promise<Kept> {
  const { kept, isOwn } = await requireSeenWhole(parts, viewer, change, { client, isKept: true });
  if (!isOwn) throw new PenstockError('access.denied', { detail: 'whose change it is attaches files to it' });
  if (kept.isSuspended) throw new PenstockError('access.denied', { detail: 'this User ID is not active' });
  if (isOver(kept.state) || kept.state === 'template') {
    const detail = `it is ${kept.state === 'template' ? 'a template' : 'over'}: what is attached to it stays as it is`;
    throw new PenstockError('changes.state', { detail });
  }
  return kept;
}

/** @throws PenstockError of lockOwn: before the bytes are read */
export async function requireMayAttach(parts: ChangeParts, viewer: Viewer, change: string): Promise<Kept> {
  return inTransaction(parts.pool, (client) => lockOwn(parts, viewer, client, change));
}

/**
 * Attaches a file.
 * @throws PenstockError 'request.not-found', 'access.denied', 'changes.state', 'changes.attachment', 'changes.too-many'
 */
export async function attach(
  parts: ChangeParts,
  viewer: Viewer,
  { change, name, bytes }: { readonly change: string; readonly name: string; readonly bytes: Buffer },
): Promise<AttachmentDocument> {
  const found = attachmentTypeOf(name, bytes);
  if ('fault' in found) throw new PenstockError('changes.attachment', { detail: found.fault, where: 'name' });
  const sha256 = createHash('sha256').update(bytes).digest();
  const attachment = randomUUID();
  return inTransaction(parts.pool, async (client) => {
    const { owner, version } = await lockOwn(parts, viewer, client, change);
    await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock attachments ' || $1, 0))`, [
      owner.userId,
    ]);
    await requireRoom(client, { userId: owner.userId, change, bytes: bytes.length, name, sha256 });
    const { rows } = await client.query<Row>(
      `insert into change_attachment as a (user_id, change, attachment, name, type, bytes, sha256, version, attached_at, attached_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${COLUMNS}`,
      [
        owner.userId,
        change,
        attachment,
        name,
        found.type,
        bytes.length,
        sha256,
        version,
        parts.now(),
        authorOf(viewer),
      ],
    );
    for (let number = 0; number * CHUNK_BYTES < bytes.length; number++) {
      const chunk = bytes.subarray(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES);
      const key = [owner.userId, change, attachment, number];
      await client.query('insert into change_attachment_chunk values ($1, $2, $3, $4, $5)', [...key, chunk]);
    }
    return toDocument(rows[0] as Row, viewer, true);
  });
}

async function requireRoom(
  client: Asked,
  wanted: {
    readonly userId: string;
    readonly change: string;
    readonly bytes: number;
    readonly name: string;
    readonly sha256: Buffer;
  },
): Promise<void> {
  const { userId, change, bytes, name, sha256 } = wanted;
  const { rows } = await client.query<{ there: number; ever: number; kept: string; same: number }>(
    `select count(*) filter (where change = $2 and removed_at is null)::integer as there,
            count(*) filter (where change = $2)::integer as ever,
            coalesce(sum(bytes) filter (where removed_at is null), 0)::text as kept,
            count(*) filter (where change = $2 and removed_at is null and (sha256 = $3 or lower(name) = lower($4)))::integer as same
     from change_attachment where user_id = $1`,
    [userId, change, sha256, name],
  );
  const { there, ever, kept, same } = rows[0] ?? { there: 0, ever: 0, kept: '0', same: 0 };
  if (same > 0) {
    throw new PenstockError('changes.attachment', {
      detail: 'it has a file of this name, or with these bytes',
      where: 'name',
    });
  }
  if (there >= MOST_ATTACHMENTS) throw full(`${there} files are attached to it, of ${MOST_ATTACHMENTS} that may be`);
  if (ever >= MOST_EVER) throw full(`${ever} files were attached to it, with those that were removed: copy it`);
  if (Number(kept) + bytes > MOST_KEPT_BYTES) {
    throw full(`files of this User ID have ${kept} bytes, of ${MOST_KEPT_BYTES} that they may have`);
  }
}
const full = (detail: string) => new PenstockError('changes.too-many', { detail });

/** Takes a file away: its bytes are gone, and that it was there stays. @throws PenstockError of lockOwn, 'request.not-found' */
export async function removeAttachment(
  parts: ChangeParts,
  viewer: Viewer,
  { change, attachment }: { readonly change: string; readonly attachment: string },
): Promise<void> {
  await inTransaction(parts.pool, async (client) => {
    const { owner, state } = await lockOwn(parts, viewer, client, change);
    const { rowCount } = await client.query(
      `update change_attachment set removed_at = $4, removed_by = $5, removed_from = $6
       where user_id = $1 and change = $2 and attachment = $3 and removed_at is null`,
      [owner.userId, change, attachment, parts.now(), authorOf(viewer), state],
    );
    if (rowCount === 0) throw nothing();
    await client.query('delete from change_attachment_chunk where user_id = $1 and change = $2 and attachment = $3', [
      owner.userId,
      change,
      attachment,
    ]);
  });
}

/** The bytes of a call. @throws PenstockError 'request.too-large' */
export async function readBytes(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > MOST_ATTACHMENT_BYTES) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
export const tooLarge = () =>
  new PenstockError('request.too-large', { detail: `a file may have ${MOST_ATTACHMENT_BYTES} bytes` });
