// What would come of a save, while somebody writes: when it would be, what speaks against it, and what others would see.
//
// What always holds: it is looked at as a draft, whatever it is now. So it finds only what its owner sees anyway, and nobody
// learns by trying times out when others, who would not be told, have something.
import type { ChangeContent, ChangePreview } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { authorOf } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { requireOwn, toKept } from './changes-store.ts';
import { findingsOf } from './findings-store.ts';
import type { ChangeParts } from './parts.ts';
import { ownerOf } from './save-store.ts';
import { occurrencesOf, viewOf } from './sharing.ts';
import { expandWindows } from './windows.ts';
import { requireContent } from './write-store.ts';

/** No change that is kept has it. */
const UNSAVED = '00000000-0000-4000-8000-000000000000';

/** @throws PenstockError 'changes.content', 'changes.window', 'request.not-found' */
export async function previewChange(
  parts: ChangeParts,
  viewer: Viewer,
  { change, userId, content }: { change?: string | undefined; userId?: string | undefined; content: ChangeContent },
): Promise<ChangePreview> {
  const now = parts.now();
  return inTransaction(parts.pool, async (client) => {
    const edited =
      change === undefined ? undefined : await requireOwn(parts, viewer, change, { client, isOwnerOnly: true });
    const owner = edited === undefined ? ownerOf(parts, viewer, userId) : requireEui(edited.owner.userId);
    await requireContent(client, content, { viewer, owner, now });
    const spans = expandWindows(content.windows);
    const row = {
      user_id: owner,
      change: change ?? UNSAVED,
      state: 'draft' as const,
      version: edited?.version ?? 1,
      content,
      spans: spans.map(({ from, to }) => [from, to] as const),
      told_at: edited?.toldAt === undefined ? null : new Date(edited.toldAt),
      changed_at: now,
      changed_by: authorOf(viewer),
    };
    const [kept] = await toKept(client, [row]);
    if (kept === undefined) throw new PenstockError('request.not-found');
    const told = { ...kept, state: 'scheduled' as const };
    const operator = viewOf(told, { kind: 'operator', userIds: [] });
    const others = viewOf(told, { kind: 'user', userIds: [] });
    if (operator === undefined) throw new PenstockError('request.not-found');
    return {
      ...(await findingsOf(parts, viewer, kept, client)),
      occurrences: occurrencesOf(spans),
      operator,
      ...(others === undefined ? {} : { others }),
    };
  });
}
