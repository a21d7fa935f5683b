import { setTimeout as pause } from 'node:timers/promises';
import { type IncidentDocument, MOST_COUNTED_WAITING, type PenstockClient, type RehearsalScene } from '@penstock/api';
import { PenstockError } from '@penstock/platform/errors';
import { asDemonstrated, asOperator, type Demonstration } from '../demo-client.ts';
import type { DemoSimulator } from '../demo-simulator.ts';
import { deliveryTimes } from './others.ts';
import { type Moment, momentsOf, type Step, timesOf } from './timeline.ts';

// One scene: a User changes its firewall and blocks its route, messages wait for it, and the platform opens an incident. With a
// change that was announced, the incident names it; without, nobody knows why. In the end the route is open again; where the
// network is used on, everything is delivered, the incident is closed, and the change is cancelled, so that the next scene begins as
// this one did.

export interface Stage {
  readonly demonstration: Demonstration;
  readonly operatorId: string;
  readonly simulator: DemoSimulator;
  /** Whose route is blocked; it is pushed to. */
  readonly userId: string;
  /** Others that are pushed to. */
  readonly others: readonly string[];
  readonly messages: number;
  /** How long others are measured before, and again while messages wait, in seconds. */
  readonly measureSeconds: number;
  /** Whether the network is used after the scene: what waits is then delivered, the incident closed and the change cancelled. */
  readonly goesOn: boolean;
  readonly say: (words: string) => void;
}

const LOOK_MS = 500;
/** Whatever does not come by then does not come. */
const LONGEST_MS = { incident: 180_000, filled: 1_800_000, taken: 3_600_000 };

/** Asks until there is an answer. @throws PenstockError 'demo.rehearsal' */
async function until<Answer>(what: string, longest: number, ask: () => Promise<Answer | undefined>): Promise<Answer> {
  for (const end = performance.now() + longest; performance.now() < end; await pause(LOOK_MS)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new PenstockError('demo.rehearsal', { detail: `${what}: not within ${longest / 1_000} s` });
}

const text = (count: number) => count.toLocaleString('en-GB');
const minuteOf = (instant: number) => `${new Date(instant).toISOString().slice(0, 16)}Z`;
const TITLE = 'New firewall rules for the gateway';

/** Announces it as its owner: shared as an outline, scheduled for the hour that has begun. */
async function announce({ changes }: PenstockClient, now: number): Promise<{ change: string; version: number }> {
  const made = await changes.create({
    content: {
      title: TITLE,
      statement: { kind: 'firewall_network', what: 'Rules between our data centre and the gateway.' },
      sharing: 'outline',
      affected: { services: ['DUIS gateway'], interfaces: ['Receive Response'] },
      windows: [{ from: minuteOf(now), to: minuteOf(now + 3_600_000) }],
      backOut: 'The rules before are loaded again.',
      contacts: [{ name: 'Network desk', telephone: '+44 1632 960201' }],
    },
  });
  const { change } = made.change;
  await changes.move(change, { version: 1, to: 'shared' });
  return { change, version: (await changes.move(change, { version: 2, to: 'scheduled' })).change.version };
}

/** The incident that the platform opened for the stream. */
async function streamIncident(operator: PenstockClient, userId: string, since: number) {
  const { items } = await operator.incidents({ userId, limit: 20 });
  return items.find(
    ({ cause, openedAt }) =>
      cause?.kind === 'stream' && cause.direction === 'northbound' && Date.parse(openedAt) >= since,
  );
}

/** As its owner sees it; counted up to a bound. */
async function waitingOf(owner: PenstockClient): Promise<number> {
  const { items } = await owner.streams();
  return items.find(({ direction }) => direction === 'northbound')?.waiting ?? 0;
}

/** What the incident says of why. */
async function causeWords(operator: PenstockClient, { incident }: IncidentDocument): Promise<string> {
  const [first] = (await operator.incidentChanges(incident)).overlaps;
  if (first === undefined) return 'It names no change. Why messages wait, nobody knows: the User has to be asked.';
  if (first.change.see === 'outline') return `It names first a change of ${first.change.owner}.`;
  const { content, owner } = first.change;
  const [contact] = content.contacts;
  const whom = contact === undefined ? '' : ` Whom to call: ${contact.name}, ${contact.telephone ?? contact.email}.`;
  return `It names first “${content.title}” of ${owner.party}. How to back out: ${content.backOut ?? 'not said'}${whom}`;
}

export async function playFirewall(stage: Stage, isAnnounced: boolean): Promise<RehearsalScene> {
  const { demonstration, operatorId, userId } = stage;
  const reason = 'a rehearsal measures how long deliveries take';
  return asOperator(demonstration, { userId: operatorId, role: 'security', reason }, (operator) =>
    asDemonstrated(demonstration, userId, (owner) => play(stage, { operator, owner, isAnnounced })),
  );
}

interface Cast {
  readonly operator: PenstockClient;
  readonly owner: PenstockClient;
  readonly isAnnounced: boolean;
}

async function play(stage: Stage, { operator, owner, isAnnounced }: Cast): Promise<RehearsalScene> {
  const { simulator, userId, others, messages, measureSeconds, say } = stage;
  const moments: Moment[] = [];
  const note = (step: Step, words: string, at = Date.now()) => {
    moments.push({ step, at, words });
    say(words);
  };
  const measure = async (from: number, to: number) => timesOf(await deliveryTimes(operator, others, { from, to }));
  const measureNow = async () => {
    const from = Date.now();
    await pause(measureSeconds * 1_000);
    const to = Date.now();
    // how far a stream was taken is saved each second
    await pause(2_000);
    return measure(from, to);
  };

  let before = await measureNow();
  // a network that has only just begun
  for (let tries = 1; before.count < FEWEST && tries < MOST_TRIES; tries++) before = await measureNow();
  const announced = isAnnounced ? await announce(owner, Date.now()) : undefined;
  note('planned', isAnnounced ? `“${TITLE}” is announced, shared with others as an outline.` : 'Nobody is told.');
  try {
    await simulator.tell({ command: 'start-incident', name: 'not-taking', user: userId });
    const blockedAt = Date.now();
    note('blocked', 'The new rules are loaded. They block the route by which messages come.', blockedAt);
    await simulator.tell({ command: 'fill', user: userId, count: messages });
    const isOpened = until('the incident', LONGEST_MS.incident, () =>
      streamIncident(operator, userId, blockedAt - 5_000),
    ).then(async (incident) => {
      note('opened', `The platform opens ${incident.incident}: ${incident.title}.`, Date.parse(incident.openedAt));
      note('cause', await causeWords(operator, incident));
      return incident;
    });
    const isFilled = untilFilled(stage, owner).then(() => {
      note('waiting', `${text(messages)} messages wait.`);
      return Date.now();
    });
    const [incident, filledAt] = await Promise.all([isOpened, isFilled]);
    const waiting = await measureNow();
    const filling = await measure(blockedAt, filledAt);
    await simulator.tell({ command: 'stop-incident', name: 'not-taking' });
    note('reopened', 'The rules before are loaded again: the route is open.');
    if (stage.goesOn) {
      await close({ operator, owner }, incident.incident, say);
      note('ended', `All of them were taken, in order; ${incident.incident} is closed.`);
    }
    return { isAnnounced, moments: momentsOf(moments), others: { before, filling, waiting } };
  } finally {
    await simulator.tell({ command: 'fill', user: userId, count: 0 });
    await simulator.tell({ command: 'stop-incident', name: 'not-taking' });
    if (announced !== undefined && stage.goesOn) {
      const { change, version } = announced;
      await owner.changes.move(change, { version, to: 'cancelled', why: 'The rules before are loaded again.' });
    }
  }
}

/** Messages of others that say something. */
const FEWEST = 20;
const MOST_TRIES = 4;
const PROGRESS_MS = 10_000;

/** Until all of them are recorded and wait. */
async function untilFilled({ simulator, messages, say }: Stage, owner: PenstockClient): Promise<void> {
  let told = performance.now();
  await until('messages that wait', LONGEST_MS.filled, async () => {
    simulator.askState();
    const { toFill = messages } = simulator.state?.network ?? {};
    if (performance.now() - told > PROGRESS_MS) {
      told = performance.now();
      say(`  ${text(messages - toFill)} of ${text(messages)} messages have come`);
    }
    if (toFill > 0) return undefined;
    const waiting = await waitingOf(owner);
    return waiting >= Math.min(messages, MOST_COUNTED_WAITING) ? true : undefined;
  });
}

/** Until all of it was taken and the platform has ended the incident, which the Operator then closes. */
async function close(
  { operator, owner }: Pick<Cast, 'operator' | 'owner'>,
  name: string,
  say: Stage['say'],
): Promise<void> {
  let told = performance.now();
  await until('messages that are taken', LONGEST_MS.taken, async () => {
    const waiting = await waitingOf(owner);
    if (performance.now() - told > PROGRESS_MS) {
      told = performance.now();
      say(`  ${waiting === MOST_COUNTED_WAITING ? 'more than ' : ''}${text(waiting)} messages still wait`);
    }
    // what comes by the day's traffic is on its way at any moment
    return waiting < ON_ITS_WAY ? true : undefined;
  });
  const ended = await until('the end of the incident', LONGEST_MS.incident, async () => {
    const incident = await operator.incident(name);
    return incident.isCauseStanding ? undefined : incident;
  });
  const closing = 'A firewall blocked the route by which messages come.';
  await operator.moveIncident(name, { version: ended.version, to: 'closed', closing });
}
const ON_ITS_WAY = 20;
