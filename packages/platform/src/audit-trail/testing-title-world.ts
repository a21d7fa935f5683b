// Whole worlds, made at random: Parties, roles, devices of a home, responsibilities in time, switches in time, messages of
// every kind and verdict with devices in their bodies; and an oracle that looks at each message and each rule in turn.
import { titleKinds } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import fc from 'fast-check';
import type pg from 'pg';

export const HOUR = 3_600_000;
export const NOW = Date.parse('2026-11-22T12:00:00Z');
export const operator = requireEui('90-B3-D5-1F-30-00-00-02');
export const users = [1, 2, 3, 4].map((n) => requireEui(`90-B3-D5-1F-30-0${n}-00-00`));
export const devices = [1, 2, 3].map((n) => requireEui(`00-DB-12-34-56-78-00-0${n}`));
/** What the inventory has of a device besides. */
export const describedAs = (device: number) => ({
  manufacturer: 'Maker',
  model: `M${device}`,
  firmware: `1.${device % 2}`,
  region: device === 0 ? 'North' : 'South',
  smets: device === 1 ? '1' : '2',
});
export const partyOf = (user: number) => (user < 2 ? 0 : 1);

interface SpanOf {
  user: number;
  role: string;
  from: number;
  to: number;
}
export interface World {
  suspendedUsers: boolean[];
  partyStatus: string[];
  roles: SpanOf[];
  responsible: (SpanOf & { device: number })[];
  networks: (SpanOf & { device: number })[];
  switches: { name: string; value: string; from: number }[];
  messages: {
    user: number;
    kind: string;
    verdict: string;
    released: boolean;
    at: number;
    devices: number[];
    srv: string;
    code: string;
    /** The Command Variant, of requests and commands only. */
    variant: number;
    /** So many messages alike. */
    times: number;
  }[];
}

// hours before (and after) now; the ends lie beyond the record
export const instant = fc
  .constantFrom(-200, -60, -48, -36, -30, -24, -20, -12, -6, -1, 0, 1, 5, 200)
  .map((h) => NOW + h * HOUR);
// what each User ID mostly has; most of it always
const usual = [
  ['IS', 'ES'],
  ['GS', 'IS'],
  ['IS', 'ED', 'OU'],
  ['GT', 'GS', 'RSA'],
];
const roleOf = fc
  .nat({ max: 3 })
  .chain((user) => fc.constantFrom(...(usual[user] ?? [])).map((role) => ({ user, role })));
const time = fc
  .tuple(instant, instant)
  .filter(([one, other]) => one !== other)
  .map(([one, other]) => ({ from: Math.min(one, other), to: Math.max(one, other) }));
const always = { from: NOW - 200 * HOUR, to: NOW + 200 * HOUR };
const span = fc.tuple(roleOf, time).map(([who, when]) => ({ ...who, ...when }));
const onDevice = fc.tuple(span, fc.nat({ max: 2 })).map(([one, device]) => ({ ...one, device }));

/** What a world has: of so many hours before now, each message so many times at most, more of them in the newest hours. */
export interface Extent {
  readonly hours: number;
  readonly newestHours: number;
  readonly times: number;
  /** Whether clocks differ: some messages lie where a span begins or ends, or a millisecond before or after. */
  readonly skews?: boolean;
}

const secondsBefore = (hours: number) =>
  fc.integer({ min: -hours * 3600, max: 0 }).map((seconds) => NOW + seconds * 1000);
const atEdge = fc
  .tuple(fc.constantFrom(-48, -36, -24, -12, -6, -1, 0), fc.constantFrom(-1, 0, 1))
  .map(([before, ms]) => Math.min(NOW, NOW + before * HOUR + ms));

export const worldOf = ({ hours, newestHours, times, skews = false }: Extent): fc.Arbitrary<World> =>
  fc.record({
    suspendedUsers: fc.array(
      fc.nat({ max: 7 }).map((die) => die === 0),
      { minLength: 4, maxLength: 4 },
    ),
    partyStatus: fc.array(fc.constantFrom('active', 'active', 'active', 'active', 'suspended', 'withdrawn'), {
      minLength: 2,
      maxLength: 2,
    }),
    roles: fc
      .tuple(fc.array(span, { maxLength: 6 }), fc.array(roleOf, { minLength: 6, maxLength: 12 }))
      .map(([some, whole]) => [...some, ...whole.map((who) => ({ ...who, ...always }))]),
    responsible: fc.array(onDevice, { minLength: 12, maxLength: 24, size: 'max' }),
    networks: fc.array(
      onDevice.map((one) => ({ ...one, ...(one.user < 2 ? { user: 2, role: 'ED' } : { user: 3, role: 'GT' }) })),
      { maxLength: 4 },
    ),
    switches: fc.array(
      fc.oneof(
        fc.record({ name: fc.constant('sender'), value: fc.constantFrom('role', 'party'), from: instant }),
        fc.record({
          name: fc.constant('network_operators'),
          value: fc.constantFrom('none', 'meters', 'home'),
          from: instant,
        }),
        fc.record({ name: fc.constant('history'), value: fc.constantFrom('shown', 'hidden', 'hidden'), from: instant }),
      ),
      { maxLength: 6 },
    ),
    messages: fc.array(
      fc
        .record({
          user: fc.nat({ max: 3 }),
          kind: fc.constantFrom(...titleKinds, 'acknowledgement', 'pre_command', 'device_alert', 'dcc_alert'),
          verdict: fc.constantFrom('passed', 'passed', 'passed', 'warned', 'held', 'deleted', 'refused'),
          released: fc.boolean(),
          at: fc.oneof(
            { weight: 3, arbitrary: secondsBefore(hours) },
            { weight: 3, arbitrary: secondsBefore(newestHours) },
            { weight: skews ? 2 : 0, arbitrary: atEdge },
          ),
          devices: fc.uniqueArray(fc.nat({ max: 2 }), { minLength: 1, maxLength: 3 }),
          srv: fc.constantFrom('4.1.1', '8.11', '11.1'),
          code: fc.constantFrom('I0', 'I99', 'E20'),
          variant: fc.constantFrom(1, 1, 4),
          times: fc.integer({ min: 1, max: times }),
        })
        .map((message) => ({ ...message, variant: directionOf(message.kind) === 'southbound' ? message.variant : 0 })),
      { minLength: 30, maxLength: 60, size: 'max' },
    ),
  });

/**
 * Spans of one key may not begin at one time, nor two Users be responsible for one device in one role at once. Each message
 * stands in it as often as it was sent, in order.
 */
export function consistent(given: World): World {
  const kept = <Span extends SpanOf>(spans: readonly Span[], key: (one: Span) => string): Span[] => {
    const made: Span[] = [];
    for (const one of spans) {
      const clash = made.some((other) => key(other) === key(one) && other.from < one.to && one.from < other.to);
      if (!clash) made.push(one);
    }
    return made;
  };
  const switches = [...new Map(given.switches.map((one) => [`${one.name} ${one.from}`, one])).values()];
  return {
    ...given,
    roles: kept(given.roles, ({ user, role }) => `${user} ${role}`),
    responsible: kept(given.responsible, ({ device, role }) => `${device} ${role}`),
    networks: kept(given.networks, ({ device, role, user }) => `${device} ${role} ${user}`),
    switches,
    messages: given.messages
      .flatMap((message) => Array.from({ length: message.times }, () => message))
      .toSorted((one, other) => one.at - other.at),
  };
}

/** From the User, or to it. */
export const directionOf = (kind: string): string =>
  kind === 'service_request' || kind === 'signed_pre_command' ? 'southbound' : 'northbound';

const TABLES = [
  ...['message_log', 'named_device', 'held_decision', 'release_span', 'responsibility', 'home_network', 'title_switch'],
  ...['user_role', 'title_reading', 'device_activity', 'activity_cursor', 'device', 'user_id', 'party'],
];

export async function writeWorld(server: pg.Pool, made: World): Promise<void> {
  // by rows: a truncation of so many days took ten times as long
  for (const table of TABLES) await server.query(`delete from ${table}`);
  const iso = (time: number) => new Date(time).toISOString();
  const insert = async (sql: string, rows: readonly object[]) =>
    rows.length > 0 && server.query(sql, [JSON.stringify(rows)]);
  await insert(
    `insert into party (party_id, name, kind, status)
     select id, name, 'other', status from json_to_recordset($1) as x(id text, name text, status text)`,
    made.partyStatus.map((status, index) => ({ id: `P${index}`, name: `Party ${index}`, status })),
  );
  await insert(
    `insert into user_id (user_id, party_id, status)
     select id, party, status from json_to_recordset($1) as x(id macaddr8, party text, status text)`,
    users.map((id, index) => ({
      id,
      party: `P${partyOf(index)}`,
      status: made.suspendedUsers[index] === true ? 'suspended' : 'active',
    })),
  );
  const spans = (rows: readonly (SpanOf & { device?: number })[]) =>
    rows.map(({ user, role, from, to, device }) => ({
      id: users[user],
      role,
      from: iso(from),
      to: iso(to),
      device: devices[device ?? 0],
    }));
  const columns = 'x(id macaddr8, role text, "from" timestamptz, "to" timestamptz, device macaddr8)';
  await insert(
    `insert into user_role select id, role, "from", "to" from json_to_recordset($1) as ${columns}`,
    spans(made.roles),
  );
  await insert(
    `insert into device (device, kind, status, manufacturer, model, firmware, region, is_smets1)
     select device, 'ESME', 'Commissioned', manufacturer, model, firmware, region, smets = '1'
     from json_to_recordset($1) as x(device macaddr8, manufacturer text, model text, firmware text, region text, smets text)`,
    devices.map((device, index) => ({ device, ...describedAs(index) })),
  );
  await insert(
    `insert into responsibility select device, role, id, "from", "to" from json_to_recordset($1) as ${columns}`,
    spans(made.responsible),
  );
  await insert(
    `insert into home_network select device, role, id, "from", "to" from json_to_recordset($1) as ${columns}`,
    spans(made.networks),
  );
  await server.query('select refresh_responsible($1)', [devices]);
  await insert(
    `insert into title_switch (switch, valid_from, value, author)
     select name, "from", value, 'x' from json_to_recordset($1) as x(name text, "from" timestamptz, value text)`,
    made.switches.map((one) => ({ ...one, from: iso(one.from) })),
  );
  const messages = made.messages.map((message, index) => ({
    id: users[message.user],
    day: iso(message.at).slice(0, 10),
    sequence: index + 1,
    at: iso(message.at),
    direction: directionOf(message.kind),
    variant: message.variant === 0 ? null : message.variant,
    kind: message.kind,
    verdict: message.verdict,
    target: devices[message.devices[0] ?? 0],
    srv: message.srv,
    code: message.code,
    devices: message.devices.map((device) => devices[device]),
  }));
  const of = `x(id macaddr8, day date, sequence bigint, at timestamptz, direction message_direction, kind message_kind,
                verdict message_verdict, target macaddr8, srv text, code text, variant smallint, devices macaddr8[])`;
  await insert(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                              srv, code, command_variant, size, sha256, repetition)
     select id, day, sequence, at, direction, kind, verdict, id, target, sequence, srv, code, variant, 1000 + sequence, sha256('x'), sequence
     from json_to_recordset($1) as ${of}`,
    messages,
  );
  await insert(
    `insert into named_device (user_id, day, sequence, device)
     select id, day, sequence, d.device from json_to_recordset($1) as ${of}, unnest(devices) as d(device)
     where d.device <> target`,
    messages,
  );
  const released = messages.filter(
    (_, index) => made.messages[index]?.released && made.messages[index].verdict === 'held',
  );
  await insert(
    `insert into held_decision (user_id, day, sequence, event, action, reason, submission, decided_at)
     select id, day, sequence, 1, 'process', 'x', 'x', at from json_to_recordset($1) as ${of}`,
    released,
  );
  await insert(
    `insert into release_span (user_id, submission, day, from_sequence, to_sequence, released_at, stream_day, stream_sequence)
     select id, 'x', day, sequence - 1, sequence, at + interval '90 seconds', day, sequence from json_to_recordset($1) as ${of}`,
    released,
  );
  const last = messages.at(-1);
  await server.query('update lane set sequence = $1, time = $2', [messages.length, last?.at ?? '-infinity']);
}

const holds = (span: SpanOf, at: number) => span.from <= at && at < span.to;

const latestIn = (made: World) => (name: string, at: number) =>
  made.switches.filter((one) => one.name === name && one.from <= at).toSorted((one, other) => other.from - one.from)[0]
    ?.value;

/** The responsibilities for a device by which a viewer sees titles of it, and whether history is shown. */
function basesOf(made: World, viewer: readonly number[], device: number) {
  const latest = latestIn(made);
  const counts = (one: SpanOf, isHome: boolean): boolean => {
    if (!viewer.includes(one.user)) return false;
    if (made.suspendedUsers[one.user] === true || made.partyStatus[partyOf(one.user)] !== 'active') return false;
    if (!made.roles.some((held) => held.user === one.user && held.role === one.role && holds(held, NOW))) return false;
    if (!['IS', 'ES', 'GS', 'ED', 'GT'].includes(one.role)) return false;
    if (one.role !== 'ED' && one.role !== 'GT') return true;
    const networks = latest('network_operators', NOW) ?? 'meters';
    return networks === 'home' || (networks === 'meters' && !isHome);
  };
  const mine = [
    ...made.responsible.filter((one) => one.device === device && counts(one, false)),
    ...made.networks.filter((one) => one.device === device && counts(one, true)),
  ];
  const present = mine.filter((one) => holds(one, NOW));
  return { mine, present, showsHistory: (latest('history', NOW) ?? 'shown') === 'shown' };
}

/** Of which instants a viewer may see the titles of a device, by the rules one by one; undefined: of none, ever. */
export function timesOracle(
  made: World,
  viewer: readonly number[],
  device: number,
): ((at: number) => boolean) | undefined {
  const { mine, present, showsHistory } = basesOf(made, viewer, device);
  if (present.length === 0) return undefined;
  return (at) => mine.some((one) => holds(one, at)) || (showsHistory && present.some((one) => at < one.from));
}

/** Why a title of an instant is shown: each reason that holds, those of a responsibility of that time before history. */
export function reasonsOracle(made: World, viewer: readonly number[], device: number): (at: number) => string[] {
  const { mine, present } = basesOf(made, viewer, device);
  const isNetwork = ({ role }: SpanOf) => role === 'ED' || role === 'GT';
  return (at) => {
    const own = mine.filter((one) => holds(one, at));
    const reasons =
      own.length > 0
        ? own.map((one) => `${isNetwork(one) ? 'network_operator' : 'responsible'} ${one.role}`)
        : present.filter((one) => at < one.from).map(({ role }) => `history ${role}`);
    return [...new Set(reasons)].sort();
  };
}

/** What a viewer may see of a device, newest first. */
export function oracle(made: World, viewer: readonly number[], device: number) {
  const latest = latestIn(made);
  const isShown = timesOracle(made, viewer, device);
  if (isShown === undefined) return undefined;
  return made.messages
    .map((message, index) => ({ ...message, index }))
    .filter(({ kind }) => (titleKinds as readonly string[]).includes(kind))
    .filter(({ verdict, released }) => verdict === 'passed' || verdict === 'warned' || (verdict === 'held' && released))
    .filter((message) => message.devices.includes(device))
    .filter(({ at }) => isShown(at))
    .toReversed()
    .map((message) => {
      const isSender = (one: SpanOf) => one.user === message.user && holds(one, message.at);
      const order = ['IS', 'ES', 'GS', 'ED', 'GT', 'RSA', 'OU'];
      const roles = order.filter((role) => made.roles.some((one) => one.role === role && isSender(one)));
      const acting = roles.find((role) =>
        made.responsible.some((one) => one.device === device && one.role === role && isSender(one)),
      );
      const showsParty = latest('sender', NOW) === 'party' && latest('sender', message.at) === 'party';
      return {
        time: new Date(message.at).toISOString(),
        sequence: String(message.index + 1),
        kind: message.kind,
        srv: message.srv,
        code: message.code,
        concerns: message.devices[0] === device ? 'target' : 'body',
        role: acting ?? roles[0],
        party: showsParty ? `Party ${partyOf(message.user)}` : undefined,
        isYou: viewer.includes(message.user),
        wasHeld: message.verdict === 'held',
      };
    });
}
