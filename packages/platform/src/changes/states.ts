// The life of a change: which state may follow which, who may bring it there, and what must be said before. Pure.
import type { ChangeContent, ChangeKind, ChangeState, Statement } from '@penstock/api';

/** A change that its readers may be told of and that is not over. */
const live: readonly ChangeState[] = ['assessed', 'consulted', 'shared', 'scheduled', 'in_progress'];
export const isLive = (state: ChangeState): boolean => live.includes(state);
/** What only its owner knows of. */
export const isPrivate = (state: ChangeState): boolean => state === 'draft' || state === 'template';
/** Nothing of it is changed any more. */
export const isOver = (state: ChangeState): boolean => !isLive(state) && !isPrivate(state);

const operatorLed: Partial<Record<ChangeState, readonly ChangeState[]>> = {
  draft: ['assessed', 'cancelled'],
  assessed: ['consulted', 'scheduled', 'cancelled'],
  consulted: ['scheduled', 'cancelled'],
  scheduled: ['in_progress', 'cancelled'],
  in_progress: ['done', 'backed_out'],
};
const emergency: typeof operatorLed = { ...operatorLed, draft: ['scheduled', 'in_progress', 'cancelled'] };
const userLed: typeof operatorLed = {
  draft: ['shared', 'cancelled'],
  shared: ['scheduled', 'cancelled'],
  scheduled: ['in_progress', 'cancelled'],
  in_progress: ['done', 'backed_out'],
};

export const isOperatorLed = (kind: ChangeKind): boolean =>
  kind === 'planned_maintenance' || kind === 'internal_system' || kind === 'release' || kind === 'emergency';

/** Where a change may go from a state. With a Material Risk it is consulted on before it is scheduled. */
export function nextStates({ kind, ...statement }: Statement, state: ChangeState): readonly ChangeState[] {
  const ways = kind === 'emergency' ? emergency : isOperatorLed(kind) ? operatorLed : userLed;
  const next = ways[state] ?? [];
  const isMaterialRisk = 'isMaterialRisk' in statement && statement.isMaterialRisk;
  return state === 'assessed' && isMaterialRisk ? next.filter((each) => each !== 'scheduled') : next;
}

export interface Mover {
  /** The owner's own side, or the Operator of a User's change. */
  readonly side: 'owner' | 'operator';
  /** Of the owner, whose people and machines can do nothing then. */
  readonly isSuspended: boolean;
}

/** Where somebody may bring it: its owner wherever it may go; the Operator cancels what a suspended owner cannot. */
export function movesOf(
  statement: Statement,
  state: ChangeState,
  { side, isSuspended }: Mover,
): readonly ChangeState[] {
  const next = nextStates(statement, state);
  if (side === 'owner') return next;
  return isSuspended && isLive(state) && state !== 'in_progress' ? next.filter((each) => each === 'cancelled') : [];
}

const sentences: readonly (readonly [wanted: string, is: (content: ChangeContent) => boolean])[] = [
  ['a window', ({ windows }) => windows.length > 0],
  ['what it affects', ({ affected }) => Object.values(affected).some((names) => names.length > 0)],
];
const duty = (words: string, has: (statement: Statement) => boolean) =>
  [words, ({ statement }: ChangeContent) => has(statement)] as const;

const ofKind: Partial<Record<ChangeKind, typeof sentences>> = {
  planned_maintenance: [
    duty('the activity', (its) => 'activity' in its && its.activity !== undefined),
    duty(
      'the parts of the Services disrupted or at Material Risk',
      (its) => 'disrupted' in its && its.disrupted !== undefined,
    ),
    duty('the risk to the return of normal service', (its) => 'riskToReturn' in its && its.riskToReturn !== undefined),
  ],
  internal_system: [
    duty('the impact assessment', (its) => 'impactAssessment' in its && its.impactAssessment !== undefined),
  ],
  release: [
    duty('the decision date', (its) => 'decisionOn' in its && its.decisionOn !== undefined),
    duty('the implementation date', (its) => 'implementationOn' in its && its.implementationOn !== undefined),
  ],
  emergency: [duty('why it cannot wait', (its) => 'why' in its && its.why !== undefined)],
  firmware: [
    duty('the firmware version', (its) => 'version' in its && its.version !== undefined),
    duty('how many devices', (its) => 'devices' in its && its.devices !== undefined),
    duty('how many a day', (its) => 'devicesADay' in its && its.devicesADay !== undefined),
  ],
};
/** Of internal systems, before they are scheduled. */
const beforeScheduled: typeof sentences = [
  duty(
    'the consultation',
    ({ kind, ...its }) =>
      kind !== 'internal_system' ||
      !('isMaterialRisk' in its && its.isMaterialRisk) ||
      ('consultation' in its && its.consultation !== undefined),
  ),
  duty('the chance to join testing', (its) => its.kind !== 'internal_system' || its.testing !== undefined),
  duty('the security assessment', (its) => its.kind !== 'internal_system' || its.securityAssessment !== undefined),
];

/** What is not said yet and must be before a change goes into a state. */
export function lacksOf(content: ChangeContent, to: ChangeState): string[] {
  if (!isLive(to)) return [];
  const isLater = to === 'scheduled' || to === 'in_progress';
  const wanted = [...sentences, ...(ofKind[content.statement.kind] ?? []), ...(isLater ? beforeScheduled : [])];
  const backOut: typeof sentences = isLater ? [['how it is backed out', (its) => its.backOut !== undefined]] : [];
  return [...wanted, ...backOut].filter(([, is]) => !is(content)).map(([words]) => words);
}

/** What differs between two versions, by the names of its fields. */
export function differencesOf(before: ChangeContent, after: ChangeContent): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof ChangeContent>;
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).sort();
}
