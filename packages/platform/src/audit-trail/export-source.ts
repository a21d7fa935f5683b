// What an export is made of, page by page: the rows of a User's own record, or the titles of a device as far as its User may
// see them while it is made.
import { type ExportDocument, titleExportQuerySchema } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { Day } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { headOf, type LineFormat, readLines } from './record-lines.ts';
import { readTitleLines, titleHeadOf } from './title-export.ts';
import { readSight } from './title-sight.ts';
import type { TitleStore, TitleView } from './title-store.ts';

/** What an export is of, as its row has it. */
export interface ExportOf {
  readonly user_id: string;
  readonly requested_at: Date;
  readonly format: LineFormat;
  readonly conditions: ExportDocument['conditions'];
  readonly devices: readonly string[] | null;
  /** Of titles. */
  readonly sight: string | null;
  readonly first_day: Day;
  readonly last_day: Day;
}

/** What comes next: of the record, rows of the day below the sequence; of titles, those after the cursor. */
export interface ExportPlace {
  readonly day: Day;
  readonly sequence: string;
  readonly cursor?: string | undefined;
}

export interface ExportPage {
  readonly lines: string;
  readonly rows: number;
  /** Undefined: that was all. */
  readonly next: ExportPlace | undefined;
}

export interface ExportReaders {
  readonly pool: pg.Pool;
  readonly titles: TitleStore;
}

export interface ExportSource {
  readonly head: string;
  /** @throws PenstockError 'export.sight-changed' */
  readonly read: (from: ExportPlace) => Promise<ExportPage>;
}

export function sourceOf(parts: ExportReaders, of: ExportOf): ExportSource {
  const { user_id, format, conditions, devices, first_day: firstDay, last_day: lastDay } = of;
  const userId = requireEui(user_id);
  if (of.sight === null) {
    const plan = { userId, devices: devices?.map(requireEui), format, conditions, firstDay, lastDay };
    return { head: headOf[format], read: (from) => readLines(parts.pool, plan, from) };
  }
  return {
    head: titleHeadOf[format],
    read: async ({ day, cursor: from }) => {
      const view = await titlesOf(parts, of);
      const { device: _, ...ofTitles } = conditions;
      const asked = { format, conditions: titleExportQuerySchema.parse(ofTitles), cursor: from };
      const { lines, rows, oldest, cursor } = await readTitleLines(parts.titles, view, asked);
      // after the page: what was lost before it was read would look like the end
      await requireSameSight(parts, of);
      return { lines, rows, next: cursor === undefined ? undefined : { day: oldest ?? day, sequence: '0', cursor } };
    },
  };
}

/** What its User may see of the device now. @throws PenstockError 'export.sight-changed' */
async function titlesOf({ titles }: ExportReaders, of: ExportOf): Promise<TitleView> {
  const [device = ''] = of.devices ?? [];
  const asked = { device: requireEui(device), userIds: [requireEui(of.user_id)] };
  return titles.again(asked).catch((cause: unknown) => {
    throw cause instanceof PenstockError && cause.code === 'request.not-found' ? sightChanged() : cause;
  });
}

/**
 * What its User may see of the device now, which is what could be seen of it when the titles were asked for: asked at each
 * piece that is made or answered, so nobody has in a file what he has lost.
 * @throws PenstockError 'export.sight-changed'
 */
export async function requireSameSight(readers: ExportReaders, of: ExportOf): Promise<TitleView> {
  const view = await titlesOf(readers, of);
  if ((await readSight(readers.pool, view, of.requested_at)) !== of.sight) throw sightChanged();
  return view;
}

const sightChanged = () => new PenstockError('export.sight-changed');
