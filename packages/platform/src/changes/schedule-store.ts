// The month's schedule of Planned Maintenance: one document for everybody, made of the changes as they are.
import type { ChangeContent, ChangeState, MonthSchedule, StatusDocument } from '@penstock/api';
import { csvLine } from '../foundation/csv-lines.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { readLimits } from './calendar-store.ts';
import { type ChangeRow, readSpans } from './changes-store.ts';
import { limitsAt, timeOf, wordsOfTime } from './limits.ts';
import { DAY, HOUR, localTime, spanOfMonth, wordsOfSpan, writeLocal } from './london.ts';
import type { ChangeParts } from './parts.ts';
import { occurrencesOf } from './sharing.ts';
import { recordUses } from './uses-store.ts';
import { mergeSpans, overlapsOf } from './windows.ts';

/** More in one month is no schedule that anybody reads. */
const MOST_ITEMS = 2_000;

/** What is shared with everybody of a month. @throws PenstockError 'record.too-wide' */
export async function readMonth(parts: ChangeParts, viewer: Viewer, month: string): Promise<MonthSchedule> {
  const whole = spanOfMonth(month);
  const { rows } = await parts.pool.query<{
    change: string;
    state: ChangeState;
    content: ChangeContent;
    spans: ChangeRow['spans'];
  }>(
    `select c.change, c.state, c.content, c.spans from change c
     where c.kind = 'planned_maintenance' and c.sharing = 'everybody' and c.first_at < $2 and c.last_at > $1
       and c.state in ('scheduled', 'in_progress', 'done', 'backed_out')
     order by c.first_at, c.change limit $3`,
    [new Date(whole.from), new Date(whole.to), MOST_ITEMS + 1],
  );
  if (rows.length > MOST_ITEMS) throw new PenstockError('record.too-wide');
  await recordUses(parts, viewer, { changes: rows.map(({ change }) => change), purpose: 'schedule' });
  const { limits } = limitsAt(await readLimits(parts.pool), whole.from);
  const found = rows.map((row) => ({ ...row, times: overlapsOf(readSpans(row.spans), [whole]) }));
  const sum = timeOf(mergeSpans(found.flatMap(({ times }) => times)));
  const most = wordsOfTime(limits.monthlyHours * HOUR);
  return {
    month,
    asOf: parts.now().toISOString(),
    words: `${wordsOfTime(sum)} of Planned Maintenance, of ${most} that a month may have. What overlaps counts once.`,
    items: found
      .filter(({ times }) => times.length > 0)
      .map(({ change, state, content: { title, affected, statement }, times }) => {
        const said = statement.kind === 'planned_maintenance' ? statement : undefined;
        return {
          change,
          title,
          state,
          activity: said?.activity ?? '',
          disrupted: said?.disrupted ?? '',
          services: affected.services,
          times: times.map(({ from, to }) => ({
            from: new Date(from).toISOString(),
            to: new Date(to).toISOString(),
            words: `${wordsOfSpan({ from, to })} (${wordsOfTime(to - from)})`,
          })),
          riskToReturn: said?.riskToReturn ?? '',
        };
      }),
  };
}

const minuteOf = (instant: string) => writeLocal(localTime(Date.parse(instant))).replace('T', ' ');

/** The same, a line a change; times are those of London. */
export async function* monthLines({ items }: MonthSchedule): AsyncGenerator<string> {
  yield csvLine(['change', 'title', 'state', 'activity', 'disrupted', 'services', 'times', 'riskToReturn']);
  for (const { change, title, state, activity, disrupted, services, times, riskToReturn } of items) {
    // days as spreadsheets and programs read them
    const when = times.map(({ from, to }) => `${minuteOf(from)} to ${minuteOf(to)}`).join('; ');
    yield csvLine([change, title, state, activity, disrupted, services.join('|'), when, riskToReturn]);
  }
}

/** So far ahead is looked for what is announced. */
const ANNOUNCED_DAYS = 60;
const MOST_ANNOUNCED = 200;

/** The Operator's changes that are shared with everybody and are under way, or are to begin soon; in the order in which they begin. */
export async function readAnnounced(parts: ChangeParts, viewer: Viewer): Promise<StatusDocument['maintenance']> {
  const now = parts.now().getTime();
  const { rows } = await parts.pool.query<{
    change: string;
    state: ChangeState;
    content: ChangeContent;
    spans: ChangeRow['spans'];
  }>(
    `select c.change, c.state, c.content, c.spans from change c
     where c.user_id = $1 and c.sharing = 'everybody' and c.first_at < $3 and (c.last_at > $2 or c.state = 'in_progress')
       and c.state in ('scheduled', 'in_progress')
     order by c.first_at, c.change limit $4`,
    [parts.operatorId, new Date(now), new Date(now + ANNOUNCED_DAYS * DAY), MOST_ANNOUNCED],
  );
  await recordUses(parts, viewer, { changes: rows.map(({ change }) => change), purpose: 'schedule' });
  return rows.map(({ change, state, content: { title, affected }, spans }) => ({
    change,
    title,
    services: affected.services,
    isUnderWay: state === 'in_progress',
    occurrences: occurrencesOf(readSpans(spans).filter(({ to }) => to > now || state === 'in_progress')),
  }));
}
