// Titles of a device: everybody's requests to it and its responses, for whom is responsible for it.
//
// What always holds: nobody asks without a viewer; who may see none is answered as for a device that nobody has; each
// question is written down before anything is read; what the answer rests on is worked out twice (title-access.ts, and
// row-level security, 0013_titles.sql), and a title is shown when both allow it.
import type { TitleDocument, TitlePage, TitleQuery } from '@penstock/api';
import { catalogue, type Eui, requireEui, responseCodes } from '@penstock/duis';
import type pg from 'pg';
import { addDays, utcDay } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import type { Sealer } from '../foundation/sealed.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asTitleViewerOf } from '../foundation/viewing.ts';
import { formatPosition } from '../messages/message.ts';
import { toMinute } from './questions.ts';
import { saidOf } from './said.ts';
import { spanOf, type TitleSpan, titleSpans } from './title-access.ts';
import { readTitleFacts } from './title-facts.ts';
import { recordTitleReading, recordTitleRefusal } from './title-readings-store.ts';

const COLUMNS = `day::text, sequence::text, tie::text, recorded_at, recorded_at::text as at, direction, kind, srv, code, is_target, is_own,
         sender_role, sender_party, released_at`;

/** $1 and $2 time, $3 last day, $4 to $6 cursor, $7 direction, $8 kind, $9 SRV, $10 code, $11 limit. */
export const TITLES_SQL = `
  select ${COLUMNS}
  from device_titles($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

/** $1 day, $2 sequence, $3 tie. */
const TITLE_SQL = `
  select ${COLUMNS} from titles_between($1::date, $1::date) where sequence = $2::bigint and tie = $3::bigint`;

interface TitleRow {
  day: string;
  sequence: string;
  tie: string;
  recorded_at: Date;
  /** With microseconds. */
  at: string;
  direction: TitleDocument['direction'];
  kind: TitleDocument['kind'];
  srv: string | null;
  code: string | null;
  is_target: boolean;
  is_own: boolean;
  sender_role: NonNullable<TitleDocument['sender']['role']> | null;
  sender_party: string | null;
  released_at: Date | null;
}

/** Which message a title is of; of what a reference and a cursor hold. */
export interface TitlePlace {
  readonly day: string;
  readonly sequence: string;
  readonly tie: string;
  readonly at: string;
}

export const formatPlace = ({ day, sequence, tie, at }: TitlePlace): string => [day, sequence, tie, at].join('|');

export function parsePlace(text: string | undefined): TitlePlace | undefined {
  const [day, sequence, tie, at] = text?.split('|') ?? [];
  return day && sequence && tie && at ? { day, sequence, tie, at } : undefined;
}

/** Whose reference or cursor it is, and of which device: another's is nobody's. */
const bindingOf = (what: 'cursor' | 'title' | 'timeline', device: Eui, userIds: readonly Eui[]): string =>
  `${what} ${device} ${userIds.toSorted().join()}`;

const instantOf = (time: number): string | undefined =>
  Number.isFinite(time) ? new Date(time).toISOString() : undefined;

/** Who asks for titles of a device, and what they may see of it. */
export interface TitleView {
  readonly device: Eui;
  readonly userIds: readonly Eui[];
  readonly spans: readonly TitleSpan[];
  readonly now: Date;
}

interface Asked {
  readonly device: Eui;
  readonly userId?: string | undefined;
  readonly what: string;
}

export interface TitleStore {
  /**
   * Writes down that somebody asks for titles of a device, and says what they may see of it. That somebody was refused is
   * written down too.
   * @throws PenstockError 'request.not-found' for whom may see none, alike for a device that is unknown; those of readingOwner
   */
  open(viewer: Viewer, asked: Asked): Promise<TitleView>;
  /** As `open`, for what was not asked for by itself: undefined for whom may see none, of which nothing is written down. */
  openIfSeen(viewer: Viewer, asked: Asked): Promise<TitleView | undefined>;
  /**
   * What may be seen by now, in a long answer to a question that was written down.
   * @throws PenstockError 'request.not-found' for whom may see none any more
   */
  again(view: Pick<TitleView, 'device' | 'userIds'>): Promise<TitleView>;
  /** A page of what may be seen, newest first. @throws PenstockError 'request.invalid' for a cursor of something else */
  page(view: TitleView, query: TitleQuery): Promise<TitlePage>;
  /** `open` and `page`. */
  list(viewer: Viewer, device: Eui, query: TitleQuery): Promise<TitlePage>;
  /** The message that a reference names; undefined: it is none that was shown to this viewer for this device. */
  placeOf(view: TitleView, reference: string): Promise<TitlePlace | undefined>;
  /** The title at a place, if it may be seen. */
  titleAt(view: TitleView, place: TitlePlace): Promise<TitleDocument | undefined>;
  /** A cursor of the timeline, which holds this text. */
  sealCursor(view: TitleView, text: string): Promise<string>;
  /** What a cursor of the timeline holds. @throws PenstockError 'request.invalid' for one of something else */
  openCursor(view: TitleView, cursor: string): Promise<string>;
}

const notSeen = () =>
  new PenstockError('request.not-found', { detail: 'there is no such device whose titles you may see' });

const notCursor = () =>
  new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });

export function createTitleStore(options: {
  readonly pool: pg.Pool;
  readonly now: () => Date;
  /** Days for which the log is kept: no look-up reaches farther back. */
  readonly logDays: number;
  readonly sealer: () => Promise<Sealer>;
}): TitleStore {
  const { pool, now, logDays } = options;
  let sealer: Promise<Sealer> | undefined;
  const sealing = () => {
    sealer ??= options.sealer().catch((cause) => {
      sealer = undefined;
      throw cause;
    });
    return sealer;
  };

  const see = async ({ device, userIds }: Pick<TitleView, 'device' | 'userIds'>): Promise<TitleView> => {
    const at = now();
    return { device, userIds, spans: titleSpans(await readTitleFacts(pool, { device, userIds, now: at })), now: at };
  };

  /** Writes down a look of whom may see any. */
  const look = async (viewer: Viewer, { device, userId, what }: Asked): Promise<TitleView> => {
    const asked = `titles of ${device}${what === '' ? '' : ` ${what}`}`;
    const userIds =
      viewer.kind === 'operator'
        ? [await readingOwner(pool, { viewer, named: userId, what: asked })]
        : userId === undefined
          ? viewer.userIds
          : [recordOwner(viewer, userId)];
    const view = await see({ device, userIds });
    const readers = [...new Set(view.spans.map((span) => span.userId))];
    await recordTitleReading(pool, { viewer, userIds: readers, device, what, at: view.now });
    return view;
  };

  const store: TitleStore = {
    async open(viewer, asked) {
      const view = await look(viewer, asked);
      if (view.spans.length > 0) return view;
      const { device, userIds, now: at } = view;
      await recordTitleRefusal(pool, { viewer, userIds, device, what: asked.what, at });
      throw notSeen();
    },

    async openIfSeen(viewer, asked) {
      const view = await look(viewer, asked);
      return view.spans.length > 0 ? view : undefined;
    },

    async again(asked) {
      const view = await see(asked);
      if (view.spans.length > 0) return view;
      throw notSeen();
    },

    async page(view, query) {
      const { device, userIds, spans } = view;
      const seal = await sealing();
      const firstDay = addDays(utcDay(view.now), -logDays);
      // lane time may run ahead of this process's clock by what clocks differ
      const lastDay = addDays(utcDay(view.now), 1);
      const after =
        query.cursor === undefined
          ? undefined
          : parsePlace(seal.open(bindingOf('cursor', device, userIds), query.cursor));
      if (query.cursor !== undefined && after === undefined) throw notCursor();
      const earliest = Math.min(...spans.map((span) => span.validFrom));
      const from = Math.max(
        Date.parse(`${firstDay}T00:00:00Z`),
        earliest,
        query.from === undefined ? -Infinity : Date.parse(query.from),
      );
      const to = query.to === undefined ? undefined : new Date(query.to);
      const last = after?.day ?? (to !== undefined && utcDay(to) < lastDay ? utcDay(to) : lastDay);
      const { rows } = await asTitleViewerOf(pool, { userIds, device, now: view.now }, (client) =>
        client.query<TitleRow>({
          name: 'titles-of-device',
          text: TITLES_SQL,
          values: [
            new Date(from),
            to ?? 'infinity',
            last,
            after?.at ?? null,
            after?.sequence ?? null,
            after?.tie ?? null,
            query.direction ?? null,
            query.kind ?? null,
            query.serviceReferenceVariant ?? null,
            query.code ?? null,
            query.limit + 1,
          ],
        }),
      );
      const shown = rows.slice(0, query.limit);
      const next = rows.length > query.limit ? shown.at(-1) : undefined;
      const reference = bindingOf('title', device, userIds);
      return {
        items: shown.flatMap((row) => {
          const span = spanOf(spans, row.recorded_at.getTime());
          return span === undefined ? [] : [toDocument(row, view, span, seal.seal(reference, formatPlace(row)))];
        }),
        cursor: next && seal.seal(bindingOf('cursor', device, userIds), formatPlace(next)),
      };
    },

    async list(viewer, device, query) {
      const { cursor, limit, userId, ...conditions } = query;
      return store.page(await store.open(viewer, { device, userId, what: saidOf(conditions) }), query);
    },

    async titleAt(view, place) {
      const { device, userIds } = view;
      const { rows } = await asTitleViewerOf(pool, { userIds, device, now: view.now }, (client) =>
        client.query<TitleRow>(TITLE_SQL, [place.day, place.sequence, place.tie]),
      );
      const [row] = rows;
      const span = row && spanOf(view.spans, row.recorded_at.getTime());
      if (row === undefined || span === undefined) return undefined;
      const reference = (await sealing()).seal(bindingOf('title', device, userIds), formatPlace(row));
      return toDocument(row, view, span, reference);
    },

    async sealCursor({ device, userIds }, text) {
      return (await sealing()).seal(bindingOf('timeline', device, userIds), text);
    },

    async openCursor({ device, userIds }, cursor) {
      const text = (await sealing()).open(bindingOf('timeline', device, userIds), cursor);
      if (text === undefined) throw notCursor();
      return text;
    },

    async placeOf({ device, userIds }, reference) {
      return parsePlace((await sealing()).open(bindingOf('title', device, userIds), reference));
    },
  };
  return store;
}

function toDocument(row: TitleRow, { device, userIds }: TitleView, span: TitleSpan, reference: string): TitleDocument {
  const name = row.srv === null ? undefined : catalogue.get(row.srv)?.name;
  const meaning = row.code === null ? undefined : responseCodes.get(row.code)?.meaning;
  return {
    reference,
    time: row.recorded_at.toISOString(),
    ...(row.released_at === null ? {} : { sentAt: sentAtOf(row.released_at, row).toISOString() }),
    direction: row.direction,
    kind: row.kind,
    ...(row.srv === null ? {} : { serviceReferenceVariant: row.srv }),
    ...(name === undefined ? {} : { name }),
    device: requireEui(device),
    concerns: row.is_target ? 'target' : 'body',
    ...(row.code === null ? {} : { code: row.code }),
    ...(meaning === undefined ? {} : { meaning }),
    sender: {
      ...(row.sender_role === null ? {} : { role: row.sender_role }),
      ...(row.sender_party === null ? {} : { party: row.sender_party }),
      isYou: row.is_own,
    },
    // of several User IDs it would not say whose
    ...(row.is_own && userIds.length === 1 ? { position: formatPosition(row) } : {}),
    why: toReason(span),
  };
}

/** Another's to the minute: what one User's release sends together has one time, which would say that it is one sender's. */
function sentAtOf(releasedAt: Date, { recorded_at: recordedAt, is_own: isOwn }: TitleRow): Date {
  const minute = toMinute(releasedAt);
  if (isOwn) return releasedAt;
  return minute < recordedAt ? recordedAt : minute;
}

/** Why something that lies in the span is shown. */
export function toReason({ basis, role, userId, since }: TitleSpan): TitleDocument['why'] {
  const from = instantOf(since);
  return { basis, role, userId, ...(from === undefined ? {} : { since: from }) };
}
