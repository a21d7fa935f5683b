// Incidents in words. Pure.
import type {
  IncidentAudience,
  IncidentCategory,
  IncidentDocument,
  IncidentState,
  IncidentTeam,
  IncidentUpdate,
} from '@penstock/api/schemas';
import { formatDuration } from '../shared/time.ts';

export const stateWords: Readonly<Record<IncidentState, string>> = {
  open: 'Open',
  in_progress: 'In progress',
  resolved: 'Resolved',
  closed: 'Closed',
};
/** Of the marks of portal.css. */
export const stateMarks: Readonly<Record<IncidentState, 'failing' | 'waiting' | 'well' | 'ended'>> = {
  open: 'failing',
  in_progress: 'waiting',
  resolved: 'well',
  closed: 'ended',
};
/** What brings it there. */
export const deedWords: Readonly<Record<IncidentState, string>> = {
  open: 'Open it again',
  in_progress: 'Take it up',
  resolved: 'Resolve it',
  closed: 'Close it',
};
export const categoryWords: Readonly<Record<IncidentCategory, string>> = {
  1: '1, the worst',
  2: '2',
  3: '3',
  4: '4',
  5: '5, the least',
};
export const teamWords: Readonly<Record<IncidentTeam, string>> = {
  service_desk: 'Service desk',
  security: 'Security',
  change_manager: 'Change management',
};
export const audienceWords: Readonly<Record<IncidentAudience, string>> = {
  operator: 'The Operator alone',
  raiser: 'Its owner and the Operator',
  readers: 'Whoever follows it',
  everybody: 'All Users, on the status page',
};
export const updateWords: Readonly<Record<IncidentUpdate['kind'], string>> = {
  opened: 'Opened',
  written: 'Update',
  changed: 'Changed',
  moved: 'State',
  escalated: 'Escalated',
  missed: 'Target missed',
};

/** For whom somebody may write, as the API has it. */
export function audiencesFor({ isYours, entry }: IncidentDocument, isOperator: boolean): readonly IncidentAudience[] {
  if (isOperator) return ['readers', 'raiser', 'operator', ...(entry === undefined ? [] : (['everybody'] as const))];
  return isYours ? ['readers', 'raiser'] : ['readers'];
}

/** `Met`, `Missed by 4 min`, `4 min left`. @param now of the answer, in milliseconds */
export function targetWords({ by, at, isMissed }: IncidentDocument['response'], now: number): string {
  const late = (at === undefined ? now : Date.parse(at)) - Date.parse(by);
  if (late > 0) return `Missed by ${formatDuration(late)}`;
  if (at !== undefined) return 'Met';
  return isMissed ? 'Missed' : `${formatDuration(-late)} left`;
}

export const isOver = (state: IncidentState): boolean => state === 'resolved' || state === 'closed';

/** Whose it is, to its reader. */
export function ownerWords({ isYours, owner }: IncidentDocument, isOperator: boolean): string {
  if (isYours) return isOperator ? 'The Operator' : 'Yours';
  return owner.charAt(0).toUpperCase() + owner.slice(1);
}
