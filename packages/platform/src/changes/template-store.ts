// A template is nobody's but its owner's and was never told: it may go, with all that is kept of it.
import { type Author, recordChanges } from '../foundation/activity.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { takeTurn } from './calendar-store.ts';
import { requireOwn } from './changes-store.ts';
import type { ChangeParts } from './parts.ts';

/** @throws PenstockError 'request.not-found'; 'changes.state' for what is no template */
export async function deleteTemplate(
  parts: ChangeParts,
  viewer: Viewer,
  { change, author }: { readonly change: string; readonly author: Author },
): Promise<void> {
  await inTransaction(parts.pool, async (client) => {
    await takeTurn(client);
    const { state, version, owner } = await requireOwn(parts, viewer, change, { client, isOwnerOnly: true });
    if (state !== 'template') {
      const detail = 'only a template is deleted: what was a draft or told is cancelled, and kept';
      throw new PenstockError('changes.state', { detail });
    }
    for (const table of ['change', 'change_version']) {
      await client.query(`delete from ${table} where user_id = $1 and change = $2`, [owner.userId, change]);
    }
    const acting = viewer.kind === 'operator' ? 'operator' : owner.userId;
    // whoever reads the record may not read what a template said
    const detail = `template ${change}, of ${version === 1 ? 'one version' : `${version} versions`}`;
    await recordChanges(client, author, [{ what: 'change-template-deleted', acting, detail }]);
  });
}
