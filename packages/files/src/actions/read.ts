/** Reads a Quarantined Communications Action File as it comes, in memory that does not grow but for its items' keys. */
import type { Source } from '../csv/lines.ts';
import { actionsProfile } from '../csv/profile.ts';
import { readRows } from '../csv/rows.ts';
import type { Findings } from '../findings.ts';
import { type ActionRow, readActionRow } from './action-row.ts';
import { addSeen, SeenItems } from './seen-items.ts';

/**
 * The decisions in batches, in the order of the file. What is wrong is added to `findings` and its row left out, so
 * nothing may be done with the rows before the last batch came and `findings.faultCount` is 0.
 */
export async function* readActions(source: Source, findings: Findings): AsyncGenerator<ActionRow[]> {
  const seen = new SeenItems();
  for await (const batch of readRows(source, actionsProfile, findings)) {
    const actions: ActionRow[] = [];
    for (const row of batch) {
      const action = readActionRow(row, findings);
      if (action !== undefined && addSeen(seen, action, findings)) actions.push(action);
    }
    if (actions.length > 0) yield actions;
  }
}
