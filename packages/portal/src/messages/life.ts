// A message's life as steps in the order in which they happened: taken in, judged, taken out, answered, delivered.
// Pure: the page only shows it.
import type { MessageDocument, MessageLifeDocument } from '@penstock/api/schemas';
import { withPeriods } from '../shared/periods.ts';
import { kindWords } from './search.ts';

export interface LifeStep {
  readonly title: string;
  /** One or two sentences. */
  readonly words: string;
  /** Left out of what has not happened. */
  readonly at?: string;
  readonly state: 'done' | 'waiting' | 'stopped';
  /** Where the message of this step stands; left out of this message's own. */
  readonly position?: string;
}

type Lived = MessageDocument & { readonly takenAt?: string | undefined };

function received(message: Lived): LifeStep {
  const from = message.direction === 'southbound' ? 'from the User' : 'from the network';
  return {
    title: `${kindWords[message.kind]} received`,
    words: `It came ${from}, ${message.size.toLocaleString('en-GB')} bytes, with a valid signature.`,
    at: message.recordedAt,
    state: 'done',
  };
}

function judged(message: Lived): LifeStep {
  const code = message.code === undefined ? '' : ` The answer was ${message.code}.`;
  const reason = message.reason === undefined ? '' : ` ${withPeriods(message.reason).replace(/[^.]$/, '$&.')}`;
  const step = { at: message.recordedAt };
  switch (message.verdict) {
    case 'passed':
      return { ...step, title: 'Passed', words: `It was in order.${code}`, state: 'done' };
    case 'warned':
      return {
        ...step,
        title: 'Passed, with a warning',
        words: `A count stands above its warning threshold.${reason}${code}`,
        state: 'done',
      };
    case 'held':
      return {
        ...step,
        title: 'Held',
        words: `It waits in quarantine until an officer decides.${reason}${code}`,
        state: 'waiting',
      };
    case 'deleted':
      return {
        ...step,
        title: 'Deleted',
        words: `It was not sent on and is not kept.${reason}${code}`,
        state: 'stopped',
      };
    case 'refused':
      return { ...step, title: 'Refused', words: `It was not sent on.${reason}${code}`, state: 'stopped' };
  }
}

function taken(message: Lived): LifeStep | undefined {
  if (message.verdict !== 'passed' && message.verdict !== 'warned') return undefined;
  const taker = message.direction === 'southbound' ? 'the network' : 'the User';
  if (message.takenAt === undefined) {
    return { title: `Waits for ${taker}`, words: `It has not been taken by ${taker} yet.`, state: 'waiting' };
  }
  return { title: `Taken by ${taker}`, words: `It was handed over whole.`, at: message.takenAt, state: 'done' };
}

/** Of what comes back in order, that it was in order is no step of its own. */
function lifeOf(message: Lived): LifeStep[] {
  const isPlain = message.direction === 'northbound' && message.verdict === 'passed';
  const steps = [received(message), isPlain ? undefined : judged(message), taken(message)];
  return steps.filter((step) => step !== undefined);
}

/**
 * The steps of the message and of everything with the same RequestID, in the order in which they happened; what waits
 * comes last, the older message's first.
 */
export function stepsOf(life: MessageLifeDocument): LifeStep[] {
  const { related, ...own } = life;
  const happened = (step: LifeStep) => (step.at === undefined ? Number.POSITIVE_INFINITY : Date.parse(step.at));
  return [own, ...related]
    .sort((one, other) => Date.parse(one.recordedAt) - Date.parse(other.recordedAt))
    .flatMap((message) =>
      lifeOf(message).map((step) => (message === own ? step : { ...step, position: message.position })),
    )
    .sort((one, other) => (happened(one) === happened(other) ? 0 : happened(one) - happened(other)));
}
