// The folders of Users in the library: made, and looked at again before anything is read from them or put into them.
//
// A User's folder is the one that the platform made or found once under the User ID, by its id. It is used only while it
// still is where it was made and has its name: one that was renamed, moved or turned into a shortcut is nobody's, and
// nothing goes there until it is put back. A folder that somebody gives the name is not taken for it.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { type DriveItem, isFolderAt, type Place } from './drive-item.ts';
import { GraphFault } from './faults.ts';
import type { Graph } from './graph.ts';
import {
  type FolderKind,
  type Folders,
  folderKinds,
  forgetFolder,
  type KnownFolders,
  storeFolder,
} from './library-store.ts';

export interface LibraryParts {
  readonly pool: pg.Pool;
  readonly graph: Graph;
  readonly drive: string;
}

/** What is wrong with one User's folders; the others go on. */
export class FolderFault extends Error {
  override readonly name = 'FolderFault';
}

/** The folder at the top of the library in which Users' are. @throws GraphFault, FolderFault */
export async function findRoot({ graph, drive }: LibraryParts, name: string): Promise<string> {
  const [top, root] = [await graph.top(), await graph.child(undefined, name)];
  if (root !== undefined && isFolderAt(root, { drive, parent: top.id, name })) return root.id;
  throw new FolderFault(`there is no folder ${name} at the top of the library (sharepoint.root_folder)`);
}

/**
 * A User's folders, each as it must be; those that are not there yet, or no more, are made.
 * @throws FolderFault where one is not what it was; GraphFault
 */
export async function requireFolders(
  parts: LibraryParts,
  { userId, root, known }: { userId: Eui; root: string; known: KnownFolders['items'] | undefined },
): Promise<Folders> {
  const { pool, graph, drive } = parts;
  const items: Partial<Record<FolderKind, string>> = { ...known };
  for (const kind of folderKinds) {
    const place = { drive, parent: kind === 'home' ? root : (items.home ?? ''), name: kind === 'home' ? userId : kind };
    const item = items[kind];
    const found = item === undefined ? undefined : await itemOf(graph, item);
    if (found !== undefined && !isFolderAt(found, place)) {
      throw new FolderFault(
        `the folder ${place.name} of ${userId} was renamed or moved: nothing is taken from it or put into it until it is put back or deleted`,
      );
    }
    if (found !== undefined) continue;
    if (item !== undefined) await forgetFolder(pool, userId, kind);
    if (item !== undefined && kind === 'home') for (const below of folderKinds) delete items[below];
    items[kind] = await makeFolder(parts, { ...place, userId, kind });
  }
  return items as Folders;
}

/** Undefined: it was deleted. */
async function itemOf(graph: Graph, id: string): Promise<DriveItem | undefined> {
  try {
    return await graph.item(id);
  } catch (error) {
    if (error instanceof GraphFault && error.kind === 'missing') return undefined;
    throw error;
  }
}

interface Wanted extends Place {
  readonly userId: Eui;
  readonly kind: FolderKind;
}

async function makeFolder({ pool, graph }: LibraryParts, wanted: Wanted): Promise<string> {
  const { userId, kind, parent, name } = wanted;
  const made = await graph.makeFolder(parent, name).catch(async (error: unknown) => {
    if (!(error instanceof GraphFault) || error.kind !== 'taken') throw error;
    // made before a kill, or by the Operator beforehand
    return graph.child(parent, name);
  });
  if (made === undefined || !isFolderAt(made, wanted)) {
    throw new FolderFault(`what is called ${name} of ${userId} is no folder of the library itself, such as a shortcut`);
  }
  if (!(await storeFolder(pool, { userId, kind, item: made.id }))) {
    throw new FolderFault(`the folder ${name} of ${userId} is another's`);
  }
  return made.id;
}
