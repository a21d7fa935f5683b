import { type SetTitleSwitch, type TitleSwitchDocument, type TitleSwitchName, titleSwitches } from '@penstock/api';
import type pg from 'pg';
import { type Author, differenceWords, recordChanges } from '../foundation/activity.ts';
import { shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { SwitchSetting } from './title-access.ts';

/** Every setting that was made, also those that begin later. */
export async function readSwitches(client: pg.Pool | pg.PoolClient): Promise<SwitchSetting[]> {
  const { rows } = await client.query<{ switch: TitleSwitchName; value: string; valid_from: number }>(
    `select switch, value, (extract(epoch from valid_from) * 1000)::float8 as valid_from from title_switch`,
  );
  return rows.map((row) => ({ switch: row.switch, value: row.value, validFrom: row.valid_from }));
}

export async function listSwitches(pool: pg.Pool, viewer: Viewer): Promise<TitleSwitchDocument[]> {
  const { rows } = await pool.query<{ switch: TitleSwitchName; value: string; valid_from: Date; author: string }>(
    'select switch, value, valid_from, author from title_switch order by switch, valid_from desc',
  );
  return Object.entries(titleSwitches).flatMap(([name, [value]]) => [
    ...rows
      .filter((row) => row.switch === name)
      .map((row) => ({
        switch: row.switch,
        value: row.value,
        validFrom: row.valid_from.toISOString(),
        author: shownAuthor(viewer, row.author),
      })),
    { switch: name as TitleSwitchName, value },
  ]);
}

/** @throws PenstockError 'request.invalid' for an instant that is past: what was shown then cannot be taken back */
export async function setSwitch(
  pool: pg.Pool,
  { change, author, recordedBy, now }: { change: SetTitleSwitch; author: string; recordedBy: Author; now: Date },
): Promise<void> {
  const from = change.validFrom === undefined ? now : new Date(change.validFrom);
  if (from < now) throw new PenstockError('request.invalid', { where: 'validFrom', detail: 'it must not be past' });
  await inTransaction(pool, async (client) => {
    const before = await client.query<{ value: string }>(
      'select value from title_switch where switch = $1 and valid_from <= $2 order by valid_from desc limit 1',
      [change.switch, from],
    );
    await client.query(
      `insert into title_switch (switch, valid_from, value, author) values ($1, $2, $3, $4)
       on conflict (switch, valid_from) do update set value = excluded.value, author = excluded.author, set_at = clock_timestamp()`,
      [change.switch, from, change.value, author],
    );
    const words = differenceWords({
      [change.switch]: [before.rows[0]?.value ?? titleSwitches[change.switch][0], change.value],
    });
    const detail = `${words || `${change.switch}: ${change.value} as before`}, from ${from.toISOString()}`;
    await recordChanges(client, recordedBy, [{ what: 'title-switch-set', acting: 'operator', detail }]);
  });
}
