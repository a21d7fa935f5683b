// Items of a document library as Microsoft Graph tells them, and what may be taken for a folder or a file of a User. Pure.
import { z } from 'zod';

/** What is read of an item; Graph tells much more. */
export const itemSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9!._-]{0,399}$/),
  name: z.string().max(400).optional(),
  size: z.int().min(0).optional(),
  eTag: z.string().max(400).optional(),
  /** Another one says that the bytes are others. */
  cTag: z.string().max(400).optional(),
  parentReference: z.object({ id: z.string().max(400).optional(), driveId: z.string().max(400).optional() }).optional(),
  folder: z.looseObject({}).optional(),
  file: z.object({ hashes: z.object({ quickXorHash: z.string().max(100).optional() }).nullish() }).optional(),
  /** A notebook and the like: a folder that says that it is a file. */
  package: z.looseObject({}).optional(),
  /** A shortcut to an item of another place. */
  remoteItem: z.looseObject({}).optional(),
  deleted: z.looseObject({}).optional(),
  /** Its content is still coming. */
  pendingOperations: z.looseObject({}).nullish(),
  lastModifiedBy: z
    .object({ user: z.object({ displayName: z.string().nullish(), email: z.string().nullish() }).nullish() })
    .nullish(),
  '@microsoft.graph.downloadUrl': z.string().max(8_000).optional(),
});
export type DriveItem = z.infer<typeof itemSchema>;

export const pageSchema = z.object({
  value: z.array(itemSchema),
  '@odata.nextLink': z.string().max(16_000).optional(),
  '@odata.deltaLink': z.string().max(16_000).optional(),
});

export const sessionSchema = z.object({
  uploadUrl: z.string().max(16_000).optional(),
  nextExpectedRanges: z.array(z.string().max(60)).optional(),
});

/** Where an item must be to be what it is taken for. */
export interface Place {
  readonly drive: string;
  readonly parent: string;
  readonly name: string;
}

function isThere({ name, parentReference, remoteItem, deleted }: DriveItem, place: Place): boolean {
  if (remoteItem !== undefined || deleted !== undefined) return false;
  const { id, driveId = place.drive } = parentReference ?? {};
  return name === place.name && id === place.parent && driveId.toLowerCase() === place.drive.toLowerCase();
}

/** A folder of its own at that place: no shortcut, not moved, not renamed. */
export function isFolderAt(item: DriveItem, place: Place): boolean {
  return isThere(item, place) && item.folder !== undefined && item.file === undefined && item.package === undefined;
}

/** A file at that place. */
export function isFileAt(item: DriveItem, place: Place): boolean {
  return isThere(item, place) && item.file !== undefined && item.folder === undefined && item.package === undefined;
}

/** What says which bytes a file has; undefined while they are still coming. */
export function versionOf({ cTag, eTag, pendingOperations }: DriveItem): string | undefined {
  return pendingOperations === undefined || pendingOperations === null ? (cTag ?? eTag) : undefined;
}

/** Who put a file there, in words, as SharePoint knows it. */
export function writerOf({ lastModifiedBy }: DriveItem): string | undefined {
  const { displayName, email } = lastModifiedBy?.user ?? {};
  const words = [displayName, email].filter((word) => typeof word === 'string' && word !== '').join(', ');
  const shown = words.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 200);
  return shown === '' ? undefined : shown;
}

/** '26214400-', '0-25,40-' -> the first byte that is still wanted; undefined where it says nothing of use. */
export function nextByteOf(ranges: readonly string[] | undefined): number | undefined {
  const [, first] = /^(\d{1,15})-/.exec(ranges?.[0] ?? '') ?? [];
  return first === undefined ? undefined : Number(first);
}
