// Overview: what needs somebody now, in a few numbers, each of which leads to a page. It decides nothing and keeps
// nothing but the counts of traffic.
//
// What always holds: a User's numbers are of its own User IDs; the Operator's of all. Each number comes from an index of
// what is unresolved, so it does not grow with the years.
import { type ExpiringCertificate, type OverviewDocument, STREAM_LATE_SECONDS } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { countToAnswer } from '../audit-trail/questions-store.ts';
import { macaddr8Array } from '../foundation/database/binary.ts';
import type { Viewer } from '../foundation/viewer.ts';

const EXPIRING_DAYS = 30;
const FIRST_EXPIRING = 5;
/** What concerns all Users is the same for all who look on behalf of the Operator, and looks at every stream. */
const KEPT_MILLISECONDS = 5_000;

interface NumbersRow {
  as_of: Date;
  events: string;
  undecided: string;
  oldest_held: Date | null;
  incidents: string;
  incidents_undecided: string;
  incidents_late: string;
  running: string;
  paused: string;
  awaiting: string;
  needing: string;
  stopped: string;
  waiting: string;
  failing: string;
  held: string;
  oldest_waiting: Date | null;
}

/** $1 the User IDs, or null for all; $2 seconds after which what waits is late. */
const NUMBERS_SQL = `
  with unresolved as (
    select q.first_at, q.state, q.held - coalesce((
             select sum(d.decided) from event_decision d where d.user_id = q.user_id and d.event = q.event), 0) as undecided
    from quarantine_event q
    where q.state <> 'resolved' and ($1::macaddr8[] is null or q.user_id = any ($1))
  )
  select clock_timestamp() as as_of, q.*, s.*, i.incidents, i.incidents_undecided, i.incidents_late, r.running, r.paused, f.awaiting, n.stopped
  from (select count(*) filter (where state in ('open', 'investigating')) as events,
               coalesce(sum(undecided) filter (where state in ('open', 'investigating')), 0) as undecided,
               min(first_at) filter (where state in ('open', 'investigating')) as oldest_held
        from unresolved) q,
       (select count(*) as needing, count(*) filter (where is_late) as waiting, min(oldest_at) as oldest_waiting,
               count(*) filter (where is_failing) as failing, count(*) filter (where is_held) as held
        from streams_in_need($1, make_interval(secs => $2))) s,
       (select count(*) as incidents, count(*) filter (where e.state in ('open', 'investigating')) as incidents_undecided,
               count(*) filter (where coalesce(i.responded_at, clock_timestamp()) > i.respond_by
                                   or coalesce(i.resolved_at, clock_timestamp()) > i.resolve_by) as incidents_late
        from incident i left join quarantine_event e on e.user_id = i.user_id and e.event = i.event
        where i.state in ('open', 'in_progress') and ($1::macaddr8[] is null or i.user_id = any ($1))) i,
       (select count(*) filter (where state = 'running') as running, count(*) filter (where state = 'paused') as paused
        from release r where r.state <> 'done' and ($1::macaddr8[] is null or r.user_id = any ($1))) r,
       (select count(*) as awaiting from submission m
        where m.state = 'awaiting_second_officer' and ($1::macaddr8[] is null or m.user_id = any ($1))) f,
       (select count(*) as stopped from submission m
        where m.state = 'needs_operator' and ($1::macaddr8[] is null or m.user_id = any ($1))) n`;

interface ExpiringRow {
  user_id: string;
  party_name: string;
  purpose: ExpiringCertificate['purpose'];
  name: string | null;
  not_after: Date;
  total: string;
}

/** $1 the User IDs, or null for all; $2 days. One that has a longer-lived successor for the same needs nobody. */
const EXPIRING_SQL = `
  with used as (
    select c.user_id, c.purpose, null as name, '' as holder, max(c.not_after) as not_after
    from certificate c where c.revoked_at is null and ($1::macaddr8[] is null or c.user_id = any ($1))
    group by c.user_id, c.purpose
    union all
    select o.user_id, 'officer', max(o.name), o.email, max(o.not_after)
    from officer o where o.revoked_at is null and ($1::macaddr8[] is null or o.user_id = any ($1))
    group by o.user_id, o.email
  )
  select user_id, p.name as party_name, purpose, used.name, not_after, count(*) over () as total
  from used join user_id u using (user_id) join party p using (party_id)
  where not_after between clock_timestamp() - make_interval(days => $2) and clock_timestamp() + make_interval(days => $2)
  order by not_after, user_id, purpose, holder limit $3`;

/** How many files of these User IDs wait for the signature of the person with this address. */
export type CountApprovals = (userIds: readonly Eui[], email: string) => Promise<number>;

type OfAll = Omit<OverviewDocument, 'submissions' | 'questions'> & {
  readonly submissions: Omit<OverviewDocument['submissions'], 'awaitingYou'>;
};

export class OverviewStore {
  readonly #pool: pg.Pool;
  readonly #countApprovals: CountApprovals;
  #ofAll: { readonly at: number; readonly overview: Promise<OfAll> } | undefined;

  constructor(pool: pg.Pool, countApprovals: CountApprovals) {
    this.#pool = pool;
    this.#countApprovals = countApprovals;
  }

  async read(viewer: Viewer): Promise<OverviewDocument> {
    const own = viewer.kind === 'user' ? viewer.userIds : [viewer.userId];
    const awaitingYou = viewer.person === undefined ? 0 : await this.#countApprovals(own, viewer.person.email);
    const { submissions, ...overview } = await this.#numbers(viewer);
    const toAnswer = await countToAnswer(this.#pool, own);
    return { ...overview, submissions: { ...submissions, awaitingYou }, questions: { toAnswer } };
  }

  async #numbers(viewer: Viewer): Promise<OfAll> {
    if (viewer.kind === 'user') return this.#ask(viewer.userIds);
    if (this.#ofAll !== undefined && performance.now() - this.#ofAll.at < KEPT_MILLISECONDS)
      return this.#ofAll.overview;
    const overview = this.#ask('all');
    this.#ofAll = { at: performance.now(), overview };
    overview.catch(() => {
      this.#ofAll = undefined;
    });
    return overview;
  }

  async #ask(users: readonly Eui[] | 'all'): Promise<OfAll> {
    const ids = users === 'all' ? null : macaddr8Array(users);
    const { rows } = await this.#pool.query<NumbersRow>(NUMBERS_SQL, [ids, STREAM_LATE_SECONDS]);
    const expiring = await this.#pool.query<ExpiringRow>(EXPIRING_SQL, [ids, EXPIRING_DAYS, FIRST_EXPIRING]);
    const [row] = rows;
    if (row === undefined) throw new Error('an aggregate has one row');
    return {
      asOf: row.as_of.toISOString(),
      quarantine: {
        events: Number(row.events),
        undecided: Number(row.undecided),
        ...(row.oldest_held === null ? {} : { oldestAt: row.oldest_held.toISOString() }),
      },
      streams: {
        needing: Number(row.needing),
        waiting: Number(row.waiting),
        failing: Number(row.failing),
        held: Number(row.held),
        ...(row.oldest_waiting === null ? {} : { oldestAt: row.oldest_waiting.toISOString() }),
      },
      incidents: {
        open: Number(row.incidents),
        undecided: Number(row.incidents_undecided),
        late: Number(row.incidents_late),
      },
      releases: { running: Number(row.running), paused: Number(row.paused) },
      submissions: { awaitingSecondOfficer: Number(row.awaiting), needingOperator: Number(row.stopped) },
      certificates: {
        count: Number(expiring.rows[0]?.total ?? 0),
        first: expiring.rows.map(({ user_id, party_name, purpose, name, not_after }) => ({
          userId: requireEui(user_id),
          partyName: party_name,
          purpose,
          ...(name === null ? {} : { name }),
          notAfter: not_after.toISOString(),
        })),
      },
    };
  }
}
