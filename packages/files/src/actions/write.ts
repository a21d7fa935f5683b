/** Writes a Quarantined Communications Action File. */
import { actionsProfile } from '../csv/profile.ts';
import { guardText } from '../csv/write.ts';
import { writeRows } from '../csv/write-rows.ts';
import { type ActionRow, readActionRow } from './action-row.ts';
import { addSeen, SeenItems } from './seen-items.ts';

/** Throws FileError 'files.write' when `readActions` would not take a row. */
export function writeActions(
  actions: Iterable<Omit<ActionRow, 'line'>> | AsyncIterable<Omit<ActionRow, 'line'>>,
): AsyncGenerator<Uint8Array> {
  const seen = new SeenItems();
  return writeRows(
    actionsProfile,
    actions,
    ({ event, messageId, sha256, action, reason, reference }) => [
      'action',
      event,
      messageId,
      sha256,
      action,
      guardText(reason),
      guardText(reference),
    ],
    (findings) => ({
      row: (row) => {
        const action = readActionRow(row, findings);
        if (action !== undefined) addSeen(seen, action, findings);
      },
    }),
  );
}
